"""Where a cursor goes: the ends of calls, phases and iterations. Functions of trace and index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from gradviz.arguments import whole
from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.trace.events import AnyEvent, nodes_of
from gradviz.trace.trace import Trace


def over(trace: Trace, index: int) -> int:
    """The last event of the call that the next event begins, seen from where the cursor is.

    That is a call of a module with all that it calls; in backward all nodes that it made, also
    where another branch's run between them. Where the next event is in no call that the present
    one is not in, it is the events of the same module that follow; in step, one parameter.
    """
    events = trace.events
    first = index + 1
    if first >= len(events):
        return len(events) - 1
    if events[first].phase == "step":
        return first
    call, entered = _call(trace, index, first)
    following = events[first : phase_end(trace, index) + 1]
    if entered and events[first].phase == "backward":
        return _last_of(_nodes_of(trace, first, call), following)
    last = first
    for event in following:
        module = module_of(trace, event)
        if module != call and not (entered and module.startswith(f"{call}.")):
            break
        last = event.index
    return last


def back_over(trace: Trace, index: int) -> int:
    """Where `over` was last before it came here; back over a whole call from its end, and from
    within a call to before the smaller one that was just passed.
    """
    if index < 0:
        return -1
    at = index
    while at > 0 and _stay(trace.events[at - 1]) == _stay(trace.events[index]):
        at -= 1
    at -= 1
    while at + 1 < index:
        following = over(trace, at)
        if following == index:
            break
        at = following if following < index else at + 1
    return at


def phase_end(trace: Trace, index: int) -> int:
    """The last event of the phase that the next event is in."""
    return _while_same(trace, index + 1, _stay)


def iteration_end(trace: Trace, index: int) -> int:
    """The last event of the iteration that the next event is in."""
    if index + 1 >= len(trace.events):
        return len(trace.events) - 1
    return span(trace, trace.events[index + 1].iteration)[-1]


def span(trace: Trace, iteration: int) -> range:
    """The indices of an iteration's events."""
    events = trace.events
    first = bisect_left(events, iteration, key=_iteration)
    return range(first, bisect_right(events, iteration, lo=first, key=_iteration))


def place(trace: Trace, *, iteration: int | None = None, event: int | None = None) -> int:
    """The index of an event of the whole trace, or of one iteration; without ``event`` its end.

    Raises `TraceError` when there is none.
    """
    indices = range(len(trace.events)) if iteration is None else span(trace, iteration)
    wanted = len(indices) - 1 if event is None else whole(event, where="event")
    if iteration is not None and not indices:
        raise TraceError(
            N_("iteration {iteration} was not run"),
            mend=N_("run on first"),
            iteration=iteration,
        )
    if event == -1:
        return indices.start - 1
    if not 0 <= wanted < len(indices):
        raise TraceError(
            N_("there is no event {event} (the trace has {count} here)"),
            where="" if iteration is None else f"iteration {iteration}",
            mend=N_("take a smaller number, or run on first"),
            event=wanted,
            count=len(indices),
        )
    return indices[wanted]


def _iteration(event: AnyEvent) -> int:
    return event.iteration


def _while_same(trace: Trace, first: int, key: Callable[[AnyEvent], object]) -> int:
    events = trace.events
    last = min(first, len(events) - 1)
    while last + 1 < len(events) and key(events[last + 1]) == key(events[last]):
        last += 1
    return last


def _call(trace: Trace, index: int, first: int) -> tuple[str, bool]:
    """The outermost call that event ``first`` is in and the one before it is not, and True; its
    module and False if there is none.
    """
    following = trace.events[first]
    there = module_of(trace, following).split(".")
    here: list[str] = []
    if index >= 0 and _stay(trace.events[index]) == _stay(following):
        here = module_of(trace, trace.events[index]).split(".")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    inside = shared < len(there) and there != [""]
    return ".".join(there[: shared + 1] if inside else there), inside


def _nodes_of(trace: Trace, index: int, call: str) -> set[int]:
    """The nodes that a call made, in the graph of an event."""
    graph = trace.graph_at(index)
    nodes = graph.nodes if graph else ()
    below = f"{call}."
    return {node.id for node in nodes if node.module == call or node.module.startswith(below)}


def _last_of(nodes: set[int], events: Sequence[AnyEvent]) -> int:
    """The last of these events that is about one of the nodes; they stop when all have run."""
    last, left = events[0].index, set(nodes)
    for event in events:
        about = nodes_of(event)[:1]
        if not nodes.isdisjoint(about):
            last = event.index
            left.difference_update(about)
            if not left:
                break
    return last


def _stay(event: AnyEvent) -> tuple[int, str]:
    return event.iteration, event.phase


def module_of(trace: Trace, event: AnyEvent) -> str:
    """The module call that an event belongs to; in backward, the one that made its node."""
    nodes = nodes_of(event)
    graph = trace.graph_at(event.index) if nodes and event.phase == "backward" else None
    return graph.by_id[nodes[0]].module if graph and nodes[0] in graph.by_id else event.module
