"""At which nodes of a graph gradients were changed by hand."""

from __future__ import annotations

from collections.abc import Iterable

from gradviz.errors import UsageError
from gradviz.spec.places import Place, parse
from gradviz.trace.events import AnyEvent, GradEdited
from gradviz.trace.graph import AutogradGraph, GraphNode


def edited_nodes(graph: AutogradGraph, past: Iterable[AnyEvent]) -> frozenset[int]:
    """The leaves and nodes that the events' targets name; of a module, the last node in it."""
    targets = {event.target for event in past if isinstance(event, GradEdited)}
    return frozenset(id for target in targets for id in _named(graph, target))


def _named(graph: AutogradGraph, target: str) -> Iterable[int]:
    leaves = [node.id for node in graph.nodes if node.variable == target]
    if leaves:
        return leaves
    try:
        place = parse(target)
    except UsageError:
        return ()
    inside = [node for node in graph.nodes if node.variable is None and _is_in(node, place)]
    if not place.node:
        return [node.id for node in inside[-1:]] if place.path else ()
    named = [node.id for node in inside if node.name == place.node]
    return named if place.number is None else named[place.number - 1 : place.number]


def _is_in(node: GraphNode, place: Place) -> bool:
    if not place.path:
        return True
    path = node.module
    if place.call is None:
        path = ".".join(part.partition("#")[0] for part in path.split("."))
    return f"{path}.".startswith(f"{place.calls}.")
