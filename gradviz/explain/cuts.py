"""Where the path from a leaf to the loss is cut: the exact operation, found in what forward did.

Values are followed from op to op by their references, which know a tensor again by its memory and
its version. A detached tensor is the same value as the one that it was detached from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.events import AnyEvent, LossComputed, NotRecorded, OpRan, ValueRef
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

How: TypeAlias = Literal["detach", "integers", "no_node", "unseen"]
"""What cut a path: a ``detach``; an op that gives integers or booleans (argmax, a comparison); an
op that made no node though its input has one or is a leaf, as under ``no_grad`` or on ``.data``;
or something between two ops that torch shows nobody (``.data``, NumPy).
"""

Use: TypeAlias = Literal["cut", "unused", "dangling", "unknown"]
"""How the loss depends on a leaf's value: only past cuts; no op used it; what was made of it does
not come to the loss as a tensor; or code ran that could not be recorded, so nobody knows.
"""


class Cut(Struct, frozen=True):
    """``event`` is the op after which there is no path (for ``unseen``: the one that got the value
    so), ``consumer`` the node of the graph that the cut edge would have come into; None if that is
    the loss itself.
    """

    how: How
    event: int
    op: str
    consumer: int | None = None


class Path(Struct, frozen=True):
    """What became of a leaf's value up to a backward. ``last`` is the last op on its way."""

    use: Use
    cuts: tuple[Cut, ...] = ()
    last: int | None = None


def path_to_loss(trace: Trace, name: str, graphs: Sequence[AutogradGraph]) -> Path:
    """Follow a leaf that no node of these graphs (of one iteration, begun already) belongs to."""
    end = max(graph.begins for graph in graphs)
    indices = span(trace, graphs[0].iteration)
    events = trace.events[indices.start : min(end + len(graphs), indices.stop)]
    flow = _Flow({id for graph in graphs for id in graph.by_id})
    for moment in (indices.start - 1, end - 1):
        ref = trace.written(moment).get(("params", name))
        if isinstance(ref, ValueRef):
            flow.live.add(ref.id)
    for event in events:
        flow.note(event)
    if flow.cuts:
        return Path("cut", tuple(flow.cuts), flow.last)
    if any(isinstance(event, NotRecorded) for event in events):
        return Path("unknown", last=flow.last)
    return Path("unused" if flow.last is None else "dangling", last=flow.last)


class _Flow:
    """Values that come from the leaf: ``live`` with their history, ``_cut`` without, and by what.

    One value can be both, since a detached tensor shares its memory with the one before.
    """

    def __init__(self, reachable: set[int]) -> None:
        self.live: set[int] = set()
        self.cuts: list[Cut] = []
        self.last: int | None = None
        self._reachable = reachable
        self._cut: dict[int, tuple[Cut, ...]] = {}

    def note(self, event: AnyEvent) -> None:
        if isinstance(event, LossComputed):
            known = event.value.id in self.live or event.value.id in self._cut
            if event.node is None and known:
                self._arrive([event.value], None, event.index, "loss")
        elif isinstance(event, OpRan):
            self._op(event)

    def _op(self, event: OpRan) -> None:
        given = [ref for ref in event.inputs if ref.id in self.live or ref.id in self._cut]
        if not given:
            return
        self.last = event.index
        consumer = next((id for id in event.nodes[::-1] if id in self._reachable), None)
        if consumer is not None:
            self._arrive(given, consumer, event.index, event.op)
            return
        if event.nodes and any(ref.id in self.live for ref in given):
            self.live.update(ref.id for ref in event.outputs)
        elif not _passes(event):
            cuts = self._cuts_by(event, given)
            for ref in event.outputs:
                self._cut[ref.id] = cuts

    def _cuts_by(self, event: OpRan, given: list[ValueRef]) -> tuple[Cut, ...]:
        """What cut the path to the outputs of an op without a node: it, or ops before it.

        Of a value that is both, an op that would have made a node got the detached one.
        """
        how = _how(event)
        found: dict[Cut, None] = {}
        for ref in given:
            if ref.id in self._cut and not (how == "integers" and ref.id in self.live):
                found |= dict.fromkeys(self._cut[ref.id])
            else:
                found[Cut(how, event.index, event.op)] = None
        return tuple(found)

    def _arrive(self, given: Iterable[ValueRef], consumer: int | None, index: int, op: str) -> None:
        """Values from the leaf go into what the loss depends on: these are cut edges."""
        for ref in given:
            for cut in self._cut.get(ref.id) or (Cut("unseen", index, op),):
                arrived = Cut(cut.how, cut.event, cut.op, consumer)
                if arrived not in self.cuts:
                    self.cuts.append(arrived)


def _how(event: OpRan) -> How:
    if _detaches(event):
        return "detach"
    counted = [not ref.dtype.startswith(("float", "bfloat", "complex")) for ref in event.outputs]
    return "integers" if counted and all(counted) else "no_node"


def _passes(event: OpRan) -> bool:
    """Whether it gave back what it got, as ``contiguous`` and a dropout in eval mode do."""
    given = {ref.id for ref in event.inputs}
    return not _detaches(event) and all(ref.id in given for ref in event.outputs)


def _detaches(event: OpRan) -> bool:
    return event.op in ("detach", "detach_")
