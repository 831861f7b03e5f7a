"""Loops of plain Python, found by what repeats in them: each pass is drawn as a module call is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from gradviz.render.folds.calls import Call, Calls, ancestry, computing, pass_name
from gradviz.render.folds.items import with_items
from gradviz.render.folds.repeats import Repeat, repeats_in
from gradviz.trace.graph import Graph, GraphNode

SMALL = 40
"""A graph of so many nodes is read as it is; its loops stay open."""
REMEMBERED = 4
"""Of so many graphs the calls are kept: those that the window shows, and the ones before."""


def calls_of(graph: Graph) -> Calls:
    """The graph's calls and the passes of its loops, which are worked out once."""
    known = _known.get(id(graph))
    if known is None or known[0] is not graph:
        calls = with_items(Calls(graph), graph)
        moved = _moved(calls, graph) if len(graph.nodes) > SMALL else {}
        known = graph, Calls(graph, {**calls.moved, **moved}) if moved else calls
        _known[id(graph)] = known
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return known[1]


_known: OrderedDict[int, tuple[Graph, Calls]] = OrderedDict()


def _moved(calls: Calls, graph: Graph) -> dict[int, str]:
    """The paths of the nodes that lie in passes of loops, with the pass in each."""
    passes: dict[int | str, str] = {}
    for call in calls.by_path.values():
        parts = computing(call)
        if len(parts) < 3:
            continue
        labels = [_label(part) for part in parts]
        loops = repeats_in(labels, _wires(parts, graph))
        for number, loop in enumerate(loops):
            if loop.period > 1 or isinstance(parts[loop.start], GraphNode):
                passes |= _named(parts, loop, number)
        if loops:
            passes |= _leaves(call, passes, graph)
    moved = {}
    for node in graph.nodes:
        before = calls.path_of(node)
        path = _path(node, before, passes)
        if path != before:
            moved[node.id] = path
    return moved


def _label(part: Call | GraphNode) -> object:
    return part.likeness if isinstance(part, Call) else part.build


def _wires(parts: list[Call | GraphNode], graph: Graph) -> list[tuple[int, int]]:
    """Between which places of a call's parts data goes."""
    place = {id: number for number, part in enumerate(parts) for id in _members(part)}
    found = []
    for id, first in place.items():
        for edge in graph.consumers.get(id, ()):
            last = place.get(edge.consumer, first)
            if first < last:
                found.append((first, last))
    return found


def _members(part: Call | GraphNode) -> Sequence[int]:
    return part.members if isinstance(part, Call) else (part.id,)


def _named(parts: list[Call | GraphNode], loop: Repeat, number: int) -> dict[int | str, str]:
    return {
        part.path if isinstance(part, Call) else part.id: pass_name(count, number)
        for count, places in enumerate(loop.passes, 1)
        for part in parts[places.start : places.stop]
    }


def _leaves(call: Call, passes: dict[int | str, str], graph: Graph) -> dict[int | str, str]:
    """The leaves of a call that only one pass uses: they are that pass's own."""
    inside = {
        id: passes.get(part.path if isinstance(part, Call) else part.id, "")
        for part in computing(call)
        for id in _members(part)
    }
    found: dict[int | str, str] = {}
    for part in call.parts:
        if isinstance(part, GraphNode) and part.variable is not None:
            users = {inside.get(edge.consumer, "") for edge in graph.consumers.get(part.id, ())}
            if len(users) == 1 and (user := users.pop()):
                found[part.id] = user
    return found


def _path(node: GraphNode, before: str, passes: dict[int | str, str]) -> str:
    parts: list[str] = []
    for path in ancestry(before):
        if path in passes:
            parts.append(passes[path])
        parts.append(path.rpartition(".")[2])
    if node.id in passes:
        parts.append(passes[node.id])
    return ".".join(parts)
