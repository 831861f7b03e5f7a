"""What is selected: one thing, which every view of the graphs shows in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode


class Selection(Struct, frozen=True):
    """Nodes of one of the graphs at the cursor, by their places in it, so that they are selected in
    the next iteration's graph too; the last one is what was meant, the others lie in its box.
    """

    of: Literal["autograd", "modules"]
    places: tuple[int, ...]


def nodes_of_boxes(
    graph: AutogradGraph, modules: ModuleGraph, boxes: tuple[int, ...]
) -> tuple[int, ...]:
    """The places of the autograd nodes that ops made, and of the leaves that they use; the node of
    what came out last.
    """
    chosen = [node for id in boxes if isinstance(node := modules.by_id.get(id), ModuleNode)]
    return _nodes_of(chosen, *_places(graph))


def nodes_of_each(graph: AutogradGraph, modules: ModuleGraph) -> dict[int, tuple[int, ...]]:
    """The same of each op alone, by its place."""
    places = _places(graph)
    return {node.id: _nodes_of([node], *places) for node in modules}


def _places(graph: AutogradGraph) -> tuple[dict[int, int], dict[str, int]]:
    """The places of nodes by their ids, and of leaves by their names."""
    numbered = [*enumerate(graph.nodes)]
    leaves = {node.variable: place for place, node in numbered if node.variable}
    return {node.id: place for place, node in numbered}, leaves


def _nodes_of(
    chosen: Sequence[ModuleNode], places: Mapping[int, int], leaves: Mapping[str, int]
) -> tuple[int, ...]:
    used = [leaves[name] for node in chosen for name in node.parameters if name in leaves]
    made = [places[id] for node in chosen for id in node.made if id in places]
    return tuple(dict.fromkeys([*used, *made]))


def boxes_of_node(graph: AutogradGraph, modules: ModuleGraph, place: int) -> tuple[int, ...]:
    """The places of the ops that made an autograd node, or that use its leaf."""
    if place >= len(graph.nodes):
        return ()
    node = graph.nodes[place]
    made = modules.makers.get(node.id)
    if made is not None:
        return (made,)
    return () if node.variable is None else modules.users.get(node.variable, ())
