"""Where a cursor goes: the ends of calls, phases and iterations. Functions of trace and index."""

from __future__ import annotations

from collections.abc import Callable

from gradviz.arguments import whole
from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.trace.events import AnyEvent, nodes_of
from gradviz.trace.trace import Trace


def over(trace: Trace, index: int) -> int:
    """The last event of the run of events that belong together, starting at the next one.

    Together are: a module call in forward (with what it calls), a module call's nodes in backward,
    everything of one phase elsewhere except in step, where each parameter stands alone.
    """
    events = trace.events
    first = index + 1
    if first >= len(events):
        return len(events) - 1
    key = _belongs(trace, first)
    last = first
    while last + 1 < len(events) and key is not None and _belongs(trace, last + 1) == key:
        last += 1
    return last


def phase_end(trace: Trace, index: int) -> int:
    """The last event of the phase that the next event is in."""
    return _while_same(trace, index + 1, lambda event: (event.iteration, event.phase))


def iteration_end(trace: Trace, index: int) -> int:
    """The last event of the iteration that the next event is in."""
    return _while_same(trace, index + 1, lambda event: event.iteration)


def place(trace: Trace, *, iteration: int | None = None, event: int | None = None) -> int:
    """The index of an event of the whole trace, or of one iteration; without ``event`` its end.

    Raises `TraceError` when there is none.
    """
    events = trace.events
    if iteration is not None:
        events = [known for known in events if known.iteration == iteration]
    wanted = len(events) - 1 if event is None else whole(event, where="event")
    if iteration is not None and not events:
        raise TraceError(
            N_("iteration {iteration} was not run"),
            mend=N_("run on first"),
            iteration=iteration,
        )
    if event == -1:
        return events[0].index - 1 if iteration is not None else -1
    if not 0 <= wanted < len(events):
        raise TraceError(
            N_("there is no event {event} (the trace has {count} here)"),
            where="" if iteration is None else f"iteration {iteration}",
            mend=N_("take a smaller number, or run on first"),
            event=wanted,
            count=len(events),
        )
    return events[wanted].index


def _while_same(trace: Trace, first: int, key: Callable[[AnyEvent], object]) -> int:
    events = trace.events
    last = min(first, len(events) - 1)
    while last + 1 < len(events) and key(events[last + 1]) == key(events[last]):
        last += 1
    return last


def _belongs(trace: Trace, index: int) -> tuple[object, ...] | None:
    event = trace.events[index]
    if event.phase == "step":
        return None
    return (event.iteration, event.phase, module_of(trace, event))


def module_of(trace: Trace, event: AnyEvent) -> str:
    """The module call that an event belongs to; in backward, the one that made its node."""
    nodes = nodes_of(event)
    graph = trace.graph_at(event.index) if nodes and event.phase == "backward" else None
    return graph.by_id[nodes[0]].module if graph and nodes[0] in graph.by_id else event.module
