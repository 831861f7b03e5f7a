"""The places of gradients: which a model has, and which node of a graph a place names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec.structs import replace
from torch import nn

from gradviz.engine.stops.rules import without_calls
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import GradEdit
from gradviz.spec.places import Place
from gradviz.trace.graph import AutogradGraph, GraphNode

Kind: TypeAlias = Literal["parameter", "output", "module", "node"]

POSSIBLE: dict[Kind, tuple[str, ...]] = {
    "parameter": ("tensor", "post_accumulate"),
    "output": ("tensor",),
    "module": ("module", "module_pre"),
    "node": ("node_pre", "node"),
}
"""The hooks that each kind of place takes, the default first."""


def kind_of(place: Place, model: nn.Module, *, where: str) -> Kind:
    """What a place names. Raises `UsageError` with the closest matches if that is nothing."""
    if place.node:
        return _node(place, model, where)
    modules = dict(model.named_modules(remove_duplicate=False))
    parameters = dict(model.named_parameters(remove_duplicate=False))
    if place.module in parameters and place.call is None and place.slot is None:
        return "parameter"
    if place.module in modules and place.module:
        if place.call is None:
            return "module"
        raise UsageError(
            N_("the hooks of a module run at each of its calls, and not at one alone"),
            where=where,
            mend=N_("take the output of this call: {output}"),
            output=f"{where}.output",
        )
    if place.output and place.path in modules:
        return "output"
    known = [*_names(model), *(f"{name}.output" for name in modules if name)]
    raise UsageError(
        N_("the model has no parameter or module of this name"),
        where=where,
        mend=N_("take one of: {known}"),
        known=closest(where, known),
    )


def canonical(edit: GradEdit, model: nn.Module) -> GradEdit:
    """The edit with the first of the names that its parameter or module has, as traces have it."""
    place = edit.place
    firsts = {id(owned): name for name, owned in reversed(_owned(model))}
    owned = dict(_owned(model)).get(place.path if place.node else place.module)
    if owned is None or (place.output and not place.node):
        return edit
    path = place.path if place.node else place.module
    return replace(edit, where=firsts[id(owned)] + edit.where.removeprefix(path))


def place_of(graph: AutogradGraph, node: int, model: nn.Module) -> str:
    """The place of a node, as an edit names it: by its module if that tells it from all others."""
    known = graph.by_id[node]
    path = without_calls(known.module)
    if path and path in dict(model.named_modules()):
        for named in _by_module(known, path):
            if _only(graph, named) == node:
                return _written(named)
            numbered = _numbered(graph, named, node)
            if numbered is not None:
                return _written(numbered)
    anywhere = Place("", node=known.name)
    found = _numbered(graph, anywhere, node)
    return _written(anywhere if found is None or _only(graph, anywhere) == node else found)


def choose(graph: AutogradGraph, place: Place, *, where: str, model: nn.Module) -> int | None:
    """The node of a graph that a place names, None if there is none.

    Raises `UsageError` if there are several.
    """
    calls = _calls(graph, place)
    found = [node for nodes in calls.values() for node in nodes]
    if len(calls) <= 1 and place.number:
        return found[place.number - 1] if place.number <= len(found) else None
    if len(found) > 1 or (found and len(calls) > 1):
        raise UsageError(
            N_("this place is not of one node alone"),
            where=where,
            mend=N_("say which: {known}"),
            known=", ".join(place_of(graph, node, model) for node in found[:8]),
        )
    return found[0] if found else None


def nearest_nodes(graphs: Iterable[AutogradGraph], model: nn.Module, where: str) -> str:
    """Places in the graphs that look like one that is not there."""
    names = {
        place_of(graph, node.id, model)
        for graph in graphs
        for node in graph.nodes
        if node.variable is None
    }
    return closest(where, sorted(names))


def closest(where: str, known: Iterable[str]) -> str:
    """The names most like this one, or the first few."""
    names = list(known)
    near = difflib.get_close_matches(where, names, n=5, cutoff=0.4)
    return ", ".join(near or names[:8])


def edges_of(graph: AutogradGraph, node: int) -> str:
    """The edges on which gradients leave a node, by slot."""
    edges = sorted((edge.slot, edge.producer) for edge in graph.edges if edge.consumer == node)
    ends = [(slot, graph.by_id[producer]) for slot, producer in edges]
    return ", ".join(f"[{slot}] {end.variable or end.name}" for slot, end in ends)


def _node(place: Place, model: nn.Module, where: str) -> Kind:
    if place.node == "AccumulateGrad":
        raise UsageError(
            N_("a gradient that arrives here is edited at its parameter"),
            where=where,
            mend=N_("name the parameter: {known}"),
            known=closest(place.path, _names(model)[:8]),
        )
    modules = dict(model.named_modules(remove_duplicate=False))
    if place.path in modules:
        return "node"
    raise UsageError(
        N_("the model has no module “{name}” that a node could be named by"),
        where=where,
        mend=N_("take one of: {known}; or count in the whole graph: /{node}#1"),
        name=place.path,
        known=closest(place.path, filter(None, modules)),
        node=place.node,
    )


def _names(model: nn.Module) -> list[str]:
    return [name for name, _ in _owned(model) if name]


def _owned(model: nn.Module) -> list[tuple[str, object]]:
    """Parameters and modules, under all their names."""
    return [
        *model.named_parameters(remove_duplicate=False),
        *model.named_modules(remove_duplicate=False),
    ]


def _calls(graph: AutogradGraph, place: Place) -> dict[str, list[int]]:
    """The nodes that a place may mean, by all calls of its module."""
    length = place.path.count(".") + 1
    found: dict[str, list[int]] = {}
    for node in graph.nodes:
        call = ".".join(node.module.split(".")[:length]) if place.path else ""
        if (without_calls(call) == place.path and place.call is None) or call == place.calls:
            nodes = found.setdefault(call, [])
            if node.name == place.node:
                nodes.append(node.id)
    return found


def _by_module(node: GraphNode, path: str) -> list[Place]:
    """How a node may be named by its module: without the number of the call, and with it."""
    place = Place(path, node=node.name)
    segments = node.module.split(".")
    if any("#" in segment for segment in segments[:-1]):
        return [place]
    _, _, call = segments[-1].partition("#")
    return [place, replace(place, call=int(call or 1))]


def _only(graph: AutogradGraph, place: Place) -> int | None:
    calls = list(_calls(graph, place).values())
    return calls[0][0] if len(calls) == 1 == len(calls[0]) else None


def _numbered(graph: AutogradGraph, place: Place, node: int) -> Place | None:
    calls = list(_calls(graph, place).values())
    if len(calls) != 1 or node not in calls[0]:
        return None
    return replace(place, number=calls[0].index(node) + 1)


def _written(place: Place) -> str:
    call = f"#{place.call}" if place.call else ""
    number = f"#{place.number}" if place.number else ""
    return f"{place.path}{call}/{place.node}{number}"
