"""Which of an iteration's events tell something of which node of its graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradviz.render.status.editedplaces import edited_nodes
from gradviz.trace.events import (
    AnyEvent,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    OpRan,
    ParamUpdated,
    nodes_of,
    param_of,
)
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span


class Story:
    """What is told of one node: it is there after event ``made``, and ``events`` are about it.
    After each of ``marks``, and at no other time, something else is known of it.
    """

    __slots__ = ("events", "made", "marks")

    def __init__(self, made: int, events: Sequence[AnyEvent], *, begins: int | None) -> None:
        self.made = made
        self.events = events
        marks = {made, *(event.index for event in events)}
        self.marks = sorted(marks if begins is None else {*marks, begins})


class Stories:
    """The story of each node of a graph, by its id, as far as the trace has come in ``span``, the
    events of the graph's iteration.
    """

    def __init__(self, trace: Trace, graph: AutogradGraph) -> None:
        self.span = span(trace, graph.iteration)
        self._complete = self.span.stop < len(trace.events)
        self._events = events = trace.events[self.span.start : self.span.stop]
        self._leaves: dict[str, list[int]] = {}
        for node in graph.nodes:
            if node.variable is not None:
                self._leaves.setdefault(node.variable, []).append(node.id)
        about = self._about(graph, events)
        made = _made(graph, events)
        self.by_node: dict[int, Story] = {}
        self._told: dict[int, list[int]] = {}
        for node in graph.nodes:
            changed = any(saved.modified for saved in node.saved)
            story = Story(
                made[node.id],
                about.get(node.id, ()),
                begins=graph.begins if changed else None,
            )
            self.by_node[node.id] = story
            for mark in story.marks:
                self._told.setdefault(mark, []).append(node.id)

    def reach(self, trace: Trace) -> bool:
        """Whether all that the trace has by now is in them."""
        return self._complete or self.span.stop == len(trace.events)

    def between(self, one: int, other: int) -> set[int]:
        """The nodes of which something else is known after one event than after the other, or that
        only one of them is about.
        """
        first, last = sorted((one, other))
        found = {*self.current(one), *self.current(other)}
        for index in range(max(first + 1, self.span.start), min(last + 1, self.span.stop)):
            found.update(self._told.get(index, ()))
        return found

    def current(self, index: int) -> Iterable[int]:
        """The nodes, or the leaf, that event ``index`` is about."""
        if index not in self.span:
            return ()
        event = self._events[index - self.span.start]
        match event:
            case GradEdited():
                return self._leaves.get(event.target, ())
            case OpRan() | NodeRan() | GradAccumulated() | LossComputed():
                return [id for id in nodes_of(event) if id in self.by_node]
        return self._leaves.get(param_of(event) or "", ())

    def _about(
        self, graph: AutogradGraph, events: Iterable[AnyEvent]
    ) -> Mapping[int, list[AnyEvent]]:
        """The events about each node, oldest first."""
        found: dict[int, list[AnyEvent]] = {}
        edited: dict[str, frozenset[int]] = {}
        for event in events:
            match event:
                case NodeRan(node=node) | LossComputed(node=int(node)):
                    ids: Iterable[int] = (node,)
                case GradZeroed(param=name) | ParamUpdated(param=name):
                    ids = self._leaves.get(name, ())
                case GradAccumulated(node=node, param=name):
                    ids = {node, *self._leaves.get(name, ())}
                case GradEdited(target=target):
                    if target not in edited:
                        edited[target] = edited_nodes(graph, (event,))
                    ids = edited[target]
                case _:
                    continue
            for id in ids:
                found.setdefault(id, []).append(event)
        return found


def _made(graph: AutogradGraph, events: Iterable[AnyEvent]) -> dict[int, int]:
    """The event after which each node exists: an op has made it, or what it feeds; all of them
    once backward begins.
    """
    producers: dict[int, list[int]] = {}
    for edge in graph.edges:
        producers.setdefault(edge.consumer, []).append(edge.producer)
    made: dict[int, int] = {}
    for event in events:
        if event.index >= graph.begins:
            break
        waiting = list(event.nodes) if isinstance(event, OpRan) else []
        while waiting:
            id = waiting.pop()
            if id not in made:
                made[id] = event.index
                waiting.extend(producers.get(id, ()))
    return {node.id: made.get(node.id, graph.begins) for node in graph.nodes}
