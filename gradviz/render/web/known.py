"""What is known of a graph's nodes at a moment, and with it of the boxes of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gradviz.render.arrange.insets import Insets, Thing, Wire
from gradviz.render.folds.fold import Group
from gradviz.render.status.gather import of_group, together
from gradviz.render.status.modulestatus import ModuleStatuses
from gradviz.render.status.status import Norm, Status
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace


class Known(Protocol):
    """What is known after one event."""

    def key(self, node: int) -> object:
        """What is known of a node; equal things look alike."""

    def of(self, number: int, thing: Thing) -> Status:
        """What is known of the thing of that number."""

    def is_ahead(self, node: int) -> bool:
        """Whether nothing has come to a node yet."""

    def norm(self, wire: Wire) -> Norm | None:
        """The norm of the gradient that came back; None if none did yet."""


class KnownNodes:
    """Of an autograd graph, from the status of each of its nodes."""

    def __init__(self, graph: Graph, statuses: Mapping[int, Status]) -> None:
        self._graph = graph
        self._statuses = statuses

    def key(self, node: int) -> object:
        return self._statuses[node]

    def of(self, number: int, thing: Thing) -> Status:
        if not thing.paths:
            return self._statuses[thing.members[0]]
        return of_group(self._graph, Group(thing.paths, thing.members), self._statuses)

    def is_ahead(self, node: int) -> bool:
        return node in self._statuses and self._statuses[node].stage == "ahead"

    def norm(self, wire: Wire) -> Norm | None:
        return together(self._statuses[edge.consumer].sent.get(edge.slot) for edge in wire.edges)


class KnownModules:
    """Of a module graph, from the autograd nodes that its ops made."""

    def __init__(self, graph: ModuleGraph, backward: AutogradGraph | None, insets: Insets) -> None:
        things = {number: thing.members for number, thing in enumerate(insets.things)}
        self._events = {node.id: node.event for node in graph}
        self._nodes = ModuleStatuses(graph, backward, {id: (id,) for id in graph.by_id})
        self._things = ModuleStatuses(graph, backward, things)
        self._of_node: dict[int, Status] = {}
        self._of_thing: dict[int, Status] = {}
        self._index: int | None = None

    def at(self, trace: Trace, index: int) -> KnownModules:
        """After that event."""
        self._of_node |= self._nodes.at(trace, index, since=self._index)
        self._of_thing |= self._things.at(trace, index, since=self._index)
        self._index = index
        return self

    def key(self, node: int) -> object:
        return self._of_node[node]

    def of(self, number: int, thing: Thing) -> Status:
        return self._of_thing[number]

    def is_ahead(self, node: int) -> bool:
        event = self._events[node]
        return event is not None and self._index is not None and event > self._index

    def norm(self, wire: Wire) -> Norm | None:
        return None
