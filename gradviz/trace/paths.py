"""Ways through an autograd graph: to the loss, what a gradient reaches, from one node to another.

Nodes and edges are those of the graph as torch built it. Walks are loops: real graphs are deep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from gradviz.trace.graph import AutogradGraph, GraphEdge


class Way(Struct, frozen=True):
    """The nodes and the edges on a way, in the order of the graph."""

    nodes: tuple[int, ...] = ()
    edges: tuple[GraphEdge, ...] = ()


def to_loss(graph: AutogradGraph, nodes: Iterable[int]) -> Way:
    """Everything that the nodes' tensors go into: the way of their values to the loss."""
    return _way(graph, _closure(graph, nodes, lambda edge: (edge.producer, edge.consumer)))


def reached(graph: AutogradGraph, nodes: Iterable[int]) -> Way:
    """Everything that the gradient at the nodes reaches: what their tensors were made of."""
    return _way(graph, _closure(graph, nodes, lambda edge: (edge.consumer, edge.producer)))


def between(graph: AutogradGraph, first: Iterable[int], last: Iterable[int]) -> Way:
    """All ways from one of the first nodes to one of the last; none if there is no way."""
    after = _closure(graph, first, lambda edge: (edge.producer, edge.consumer))
    before = _closure(graph, last, lambda edge: (edge.consumer, edge.producer))
    return _way(graph, after & before)


def _closure(
    graph: AutogradGraph, nodes: Iterable[int], ends: Callable[[GraphEdge], tuple[int, int]]
) -> set[int]:
    following: dict[int, list[int]] = {}
    for edge in graph.edges:
        source, target = ends(edge)
        following.setdefault(source, []).append(target)
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting.extend(following.get(id, ()))
    return found


def _way(graph: AutogradGraph, nodes: set[int]) -> Way:
    edges = (edge for edge in graph.edges if edge.producer in nodes and edge.consumer in nodes)
    return Way(tuple(node.id for node in graph.nodes if node.id in nodes), tuple(edges))
