"""The trace: everything that was recorded, and the state after any event."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakSet

from gradviz.arguments import check_type, whole
from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.tensors import copied
from gradviz.trace.calls import ModuleCall
from gradviz.trace.events import AnyEvent, Event, ValueRef, nodes_of
from gradviz.trace.events import State as Refs
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.history import History, Moment, Room
from gradviz.trace.numbers import Numbers
from gradviz.trace.shown import ShownAsHtml
from gradviz.trace.store import DEFAULT_BUDGET, ValueStore

if TYPE_CHECKING:
    from torch import Tensor

OptimizerState: TypeAlias = "dict[str, Tensor | float | None]"


class State(ShownAsHtml):
    """What everything was after one event; index -1 is before the first.

    ``params``, ``grads`` and ``buffers`` map names to copies of tensors (a gradient that is None is
    None, one that is zero is a tensor of zeros); ``optimizer`` maps parameters to their state.
    """

    def __init__(self, history: History, store: ValueStore, index: int) -> None:
        def tensor(ref: ValueRef) -> Tensor:
            return copied(store.get(ref))

        def grad(ref: ValueRef | None) -> Tensor | None:
            return None if ref is None else tensor(ref)

        def state(refs: Refs) -> OptimizerState:
            return {
                key: tensor(value) if isinstance(value, ValueRef) else value
                for key, value in refs.items()
            }

        self.index = index
        self.params: Mapping[str, Tensor] = Moment(history, "params", index=index, show=tensor)
        self.grads: Mapping[str, Tensor | None] = Moment(history, "grads", index=index, show=grad)
        self.buffers: Mapping[str, Tensor] = Moment(history, "buffers", index=index, show=tensor)
        self.optimizer: Mapping[str, OptimizerState] = Moment(
            history, "optimizer", index=index, show=state
        )

    def __repr__(self) -> str:
        counts = f"{len(self.params)} params, {len(self.grads)} grads, {len(self.buffers)} buffers"
        return f"<State after event {self.index}: {counts}>"


_living: WeakSet[Trace] = WeakSet()


def trace_of(event: Event) -> Trace | None:
    """The trace that an event was recorded in, as long as somebody holds it."""
    for trace in list(_living):
        if event.index < len(trace.events) and trace.events[event.index] is event:
            return trace
    return None


class Trace(ShownAsHtml):
    """A recorded run. It only ever grows at its end, so an index stays valid for ever.

    ``calls`` are the modules behind the calls that events name; the model's own path is empty.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        whole(budget, where="budget", least=0)
        self._events: list[AnyEvent] = []
        self._graphs: list[AutogradGraph] = []
        self._graphs_of: dict[int, list[AutogradGraph]] = {}
        self._history = History()
        self.calls: dict[str, ModuleCall] = {}
        self.store = ValueStore(budget)
        self.node_numbers = Numbers()
        _living.add(self)

    def __repr__(self) -> str:
        events = self._events
        iterations = events[-1].iteration - events[0].iteration + 1 if events else 0
        counts = ((len(events), "event"), (iterations, "iteration"), (len(self._graphs), "graph"))
        told = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts)
        return f"<Trace of {told}, {self.store.bytes / 2**20:.1f} MiB of values>"

    @property
    def events(self) -> Sequence[AnyEvent]:
        """All events, oldest first; ``events[i].index == i``."""
        return self._events

    @property
    def graphs(self) -> Sequence[AutogradGraph]:
        """The autograd graph of each backward, oldest first."""
        return self._graphs

    def value(self, ref: ValueRef) -> Tensor:
        """The exact tensor of a reference: a copy, which is yours to change.

        Raises `TraceError` if it was dropped, or belongs to another trace.
        """
        return copied(self.peek(ref))

    def peek(self, ref: ValueRef) -> Tensor:
        """The same without the copy, for who does nothing but look: it may be the model's own
        memory.
        """
        check_type(ref, ValueRef, where="value", mend=N_("give a reference that an event holds"))
        value = self.store.get(ref)
        if -1 not in ref.shape and tuple(value.shape) != ref.shape:
            raise TraceError(
                N_("value {id} of this trace has shape {shape}"),
                mend=N_("ask the trace whose event holds the reference"),
                id=ref.id,
                shape=list(value.shape),
            )
        return value

    def at(self, index: int | str) -> State:
        """The state after event ``index``; -1 is the state before the first event.

        It may be a moment in words, see `gradviz.trace.moment`. Raises `TraceError` for an event
        that is not there.
        """
        return State(self._history, self.store, self.index_at(index))

    def index_at(self, index: int | str) -> int:
        """The same moment as a number that is in the trace."""
        if isinstance(index, str):
            from gradviz.trace.moment import resolve

            return resolve(self, index)
        index = whole(index, where="at", mend=N_("give the index of an event, or “backward:3”"))
        if not -1 <= index < len(self._events):
            raise TraceError(
                N_("there is no event {index}"),
                mend=N_("take one from -1 (the start) to {last}"),
                index=index,
                last=len(self._events) - 1,
            )
        return index

    def graph_at(self, index: int) -> AutogradGraph | None:
        """The graph to look at after event ``index``: the one that holds the event's node, else
        the last backward that has begun, else the first one of the iteration that is to come.
        """
        if not self._events:
            return None
        index = self.index_at(index)
        event = self._events[max(index, 0)]
        graphs = self._graphs_of.get(event.iteration, [])
        nodes = nodes_of(event)
        for graph in graphs:
            if nodes and nodes[0] in graph.by_id:
                return graph
        begun = [graph for graph in graphs if graph.begins <= index]
        return begun[-1] if begun else next(iter(graphs), None)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trace into a file, whole or not at all; its suffix says how.

        ``.gvtrace`` holds everything, every value exact to the bit; `gradviz.open_trace` reads it.
        ``.jsonl`` holds the events alone, for people and ``jq``: a line of JSON each, tensors as
        shape, dtype and statistics. Raises `OutputError` when the file cannot be written and
        `UsageError` for any other suffix.
        """
        from gradviz.trace.saving import save

        save(self, path)

    def beginnings(self) -> Iterator[tuple[int, Room, str, Any]]:
        """What each name was when it was first met, and after which event (-1: at the start)."""
        return self._history.firsts()

    def add(self, event: AnyEvent) -> None:
        """Append what just happened; only the recorder calls this."""
        self._events.append(event)
        self._history.note(event)

    def add_graph(self, graph: AutogradGraph) -> None:
        """Append the graph of a backward that is about to run; only the recorder calls this."""
        self._graphs.append(graph)
        self._graphs_of.setdefault(graph.iteration, []).append(graph)

    def branch(self, index: int, *, first_node: int, store: ValueStore | None = None) -> Trace:
        """A trace with the events before ``index``, which goes on by itself from there.

        Both share the value store, unless the branch is given one of its own: then it knows no
        value from before. ``first_node`` is the number that the next node will have.
        """
        other = Trace()
        other.store = self.store if store is None else store
        other.calls = dict(self.calls)
        other._events = self._events[:index]
        for graph in self._graphs:
            if graph.begins < index:
                other.add_graph(graph)
        if store is None:
            other._history = self._history.until(index)
        other.node_numbers = Numbers(first_node)
        return other

    def written(self, index: int) -> dict[tuple[Room, str], Any]:
        """The references that the state after event ``index`` stands for."""
        return dict(self._history.all_at(index))

    def last(self, room: Room, name: str, value: object) -> Any:
        """What was last written down of a name: a reference, a state, or None. If nothing was, it
        began as this value.
        """
        steps = self._history.steps(room, name)
        if steps is None:
            self._history.put(len(self._events) - 1, room, name, value)
            return value
        return steps[-1]

    def resume(self, room: Room, name: str, value: object) -> None:
        """Set what something is as another recording begins, unless it is known to have been
        something else.
        """
        steps = self._history.steps(room, name)
        if steps is not None and (steps[-1] == value or not self._may_be(steps[-1], value)):
            return
        self._history.put(len(self._events) - 1, room, name, value)

    def _may_be(self, last: object, value: object) -> bool:
        """Whether what was last written down has the same numbers, or was dropped."""
        if isinstance(last, ValueRef) and isinstance(value, ValueRef):
            return not self.store.holds(last) or self.store.equal(last, value)
        if isinstance(last, dict) and isinstance(value, dict):
            return last.keys() == value.keys() and all(
                self._may_be(last[key], value[key]) for key in last
            )
        return last == value

    def begin(self, room: Room, name: str, value: object) -> None:
        """Set what something was before the recording, unless it is known already."""
        self.last(room, name, value)
