"""Where paths to the loss are cut: edges that the autograd graph does not have, and by what.

A forward op that was given a tensor without its history made an edge that no gradient can take. It
is found in what forward did: `gradviz.trace.flow` follows every value from op to op.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.cut import Cut
from gradviz.trace.events import GradAccumulated, NotRecorded
from gradviz.trace.flow import Flow
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

Use: TypeAlias = Literal["cut", "unused", "dangling", "unknown"]
"""How the loss depends on a leaf's value: only past cuts; no op used it; what was made of it does
not come to the loss as a tensor; or code ran that could not be recorded, so nobody knows.
"""


class Path(Struct, frozen=True):
    """What became of a leaf's value up to a backward. ``last`` is the last op on its way."""

    use: Use
    cuts: tuple[Cut, ...] = ()
    last: int | None = None


class CutsOf(Struct, frozen=True):
    """The cut edges into a graph, frozen leaves among them, and the leaves that no edge leads from
    although they require a gradient, with what became of each.
    """

    edges: tuple[Cut, ...] = ()
    lost: tuple[tuple[str, Use], ...] = ()


def path_to_loss(trace: Trace, name: str, graphs: Sequence[AutogradGraph]) -> Path:
    """Follow a leaf that no node of these graphs (of one iteration, begun already) belongs to."""
    return _path(_flow(trace, graphs), name)


def cuts_of(trace: Trace, graph: AutogradGraph) -> CutsOf:
    """What is cut off from a graph of the trace; worked out once."""
    known = _latest.get(id(graph))
    if known is None or known[0] is not graph or known[1] is not trace:
        if len(_latest) >= REMEMBERED:
            del _latest[next(iter(_latest))]
        known = _latest[id(graph)] = graph, trace, _cuts(trace, graph)
    return known[2]


REMEMBERED = 4
_latest: dict[int, tuple[AutogradGraph, Trace, CutsOf]] = {}


def _cuts(trace: Trace, graph: AutogradGraph) -> CutsOf:
    flow = _flow(trace, [graph])
    here = [other for other in trace.graphs if other.iteration == graph.iteration]
    fed = {node.variable for other in here for node in other.nodes}
    fed.update(
        event.param
        for index in span(trace, graph.iteration)
        if isinstance(event := trace.events[index], GradAccumulated)
    )
    lost = [name for name in flow.trainable if name not in fed]
    return CutsOf(tuple(flow.edges), tuple((name, _path(flow, name).use) for name in lost))


def _path(flow: Flow, name: str) -> Path:
    cuts = tuple(edge for edge in flow.edges if name in edge.leaves and edge.how != "frozen")
    last = flow.last(name)
    if cuts:
        return Path("cut", cuts, last)
    if flow.blind:
        return Path("unknown", last=last)
    return Path("unused" if last is None else "dangling", last=last)


def _flow(trace: Trace, graphs: Sequence[AutogradGraph]) -> Flow:
    """All values of the graphs' iteration and of the one before, from which a loop may carry a
    state on, followed up to the last of the backwards.
    """
    end = max(graph.begins for graph in graphs)
    iteration = graphs[0].iteration
    indices = span(trace, iteration)
    before = span(trace, iteration - 1) if iteration else indices
    flow = Flow(graphs, since=indices.start)
    for moment in (before.start - 1, end - 1):
        for (room, name), ref in trace.written(moment).items():
            if room == "params":
                flow.begin(name, ref)
    for event in trace.events[before.start : min(end + len(graphs), indices.stop)]:
        if isinstance(event, NotRecorded) and event.index >= indices.start:
            flow.blind = True
        flow.note(event)
    return flow
