"""The ops of a forward, out of everything that a trace tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from gradviz.trace.events import AnyEvent, NotRecorded, OpRan, ValueRef
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

Op: TypeAlias = OpRan | NotRecorded


def ops_of(trace: Trace, graph: AutogradGraph | None, index: int) -> list[Op]:
    """The ops of the forward that led to a backward: those whose nodes are in its graph, and
    whatever else ran after the last backward or step before it. Without a graph, those around an
    event.
    """
    if not trace.events:
        return []
    iteration = trace.events[max(index, 0)].iteration if graph is None else graph.iteration
    indices = span(trace, iteration)
    end = indices.stop if graph is None else min(graph.begins, indices.stop)
    known = graph.by_id if graph else {}
    earlier: list[Op] = []
    found: list[AnyEvent] = []
    for event in (trace.events[place] for place in range(indices.start, end)):
        if event.phase in ("backward", "step"):
            if graph is None and event.index >= index:
                break
            found.append(event)  # a checkpoint computes anew what a backward in it goes through
            earlier += [op for op in _ops(found) if any(node in known for node in op.nodes)]
            found = []
        elif event.phase in ("forward", "loss"):
            found.append(event)
    return [*earlier, *_ops(found)]


def _ops(events: Iterable[AnyEvent]) -> Iterator[Op]:
    return (event for event in events if isinstance(event, Op))


def inputs_of(op: Op) -> Sequence[ValueRef]:
    """The tensors that it was given, as far as they were seen."""
    return op.inputs if isinstance(op, OpRan) else ()
