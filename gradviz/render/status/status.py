"""What has happened to each node at the cursor. A function of trace, graph and index."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias
from weakref import WeakKeyDictionary, ref

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import TraceError
from gradviz.render.status.stories import Stories, Story
from gradviz.trace.events import (
    AnyEvent,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    ParamUpdated,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph, GraphNode, SavedTensor
from gradviz.trace.summary import norm
from gradviz.trace.trace import Trace

Stage: TypeAlias = Literal["ahead", "made", "passed", "updated"]
Norm: TypeAlias = float | Literal["lost"]
"""A Euclidean norm; ``lost`` if the value was dropped from the trace."""
REMEMBERED = 2
"""Of so many graphs of a trace the statuses are kept: the cursor's, and the one before."""


class Saved(Struct, frozen=True):
    """What a node holds for backward: ``count`` tensors, or what it held until backward ``freed``
    them. ``changed`` is one that was changed in place since, which backward will stumble over.
    """

    count: int
    freed: bool = False
    changed: SavedTensor | None = None


class Status(Struct, frozen=True, kw_only=True):
    """What is known of a node after one event.

    ``stage``: ``ahead`` (not reached), ``made`` by forward, ``passed`` by the gradient (a leaf: it
    was accumulated), ``updated`` by the optimizer. ``grad`` is the norm of the gradient that
    arrived, of a leaf that of its ``.grad``; ``none`` means that ``.grad`` is None, and None that
    there is nothing to tell yet. ``sent`` are the norms that left, by slot. ``value`` is the loss,
    on the node that made it. ``current`` marks what the event under the cursor is about. ``saved``
    is None for a node that saved no tensor, or is not there yet. ``added`` marks a leaf whose
    ``.grad`` was there already when this backward's gradient came, ``edited`` a gradient that was
    changed by hand. ``inside`` is of a folded call: the norm of its parameters' ``.grad``.
    """

    stage: Stage = "ahead"
    current: bool = False
    grad: Norm | Literal["none"] | None = None
    sent: Mapping[int, Norm] = {}
    value: Norm | complex | None = None
    saved: Saved | None = None
    added: bool = False
    edited: bool = False
    inside: Norm | None = None


def statuses(trace: Trace, graph: AutogradGraph, index: int) -> dict[int, Status]:
    """Each node's status after event ``index``; -1 is before the first event.

    They are remembered, so moving the cursor works out only what it newly uncovers.
    """
    return statuses_of(trace, graph).at(index)


def statuses_of(trace: Trace, graph: AutogradGraph) -> Statuses:
    """The statuses of a graph's nodes at any moment of its iteration, as far as it has come."""
    latest = _latest.setdefault(trace, [])
    known = next((each for each in latest if each.graph is graph), None)
    if known is None or not known.stories.reach(trace):
        known = Statuses(trace, graph)
        latest[:] = [known, *(each for each in latest if each.graph is not graph)][:REMEMBERED]
    return known


class Statuses:
    """The statuses of a graph's nodes after any event; each is worked out once."""

    def __init__(self, trace: Trace, graph: AutogradGraph) -> None:
        self.graph = graph
        self.stories = Stories(trace, graph)
        self._trace = ref(trace)
        self._known: dict[int, dict[int, Status]] = {node.id: {} for node in graph.nodes}
        self._lost: set[int] = set()

    def at(self, index: int, nodes: Iterable[int] | None = None) -> dict[int, Status]:
        """Those of some nodes, or else of all, by their ids."""
        current = frozenset(self.stories.current(index))
        found = {}
        for id in self._known if nodes is None else nodes:
            story, known = self.stories.by_node[id], self._known[id]
            place = bisect_right(story.marks, index)
            status = known.get(place)
            if status is None:
                status = self._status(self.graph.by_id[id], story, index)
                if not _tells_lost(status):
                    known[place] = status
                else:  # a replay may bring the value back
                    self._lost.add(id)
            found[id] = replace(status, current=True) if id in current else status
        return found

    def changed(self, one: int, other: int) -> set[int]:
        """The nodes whose status after one event may be another than after the other."""
        return self.stories.between(one, other) | self._lost

    def _status(self, node: GraphNode, story: Story, index: int) -> Status:
        trace = self._trace()
        assert trace is not None, "who asks holds the trace"
        past = [event for event in story.events if event.index <= index]
        stage: Stage = "made" if story.made <= index else "ahead"
        grad: Norm | Literal["none"] | None = None
        sent: dict[int, Norm] = {}
        added = [e.before for e in past if isinstance(e, GradAccumulated) and e.node == node.id]
        ran = [event for event in past if isinstance(event, NodeRan)]
        if node.variable is not None:
            if added:
                stage = "passed"
            if any(isinstance(event, ParamUpdated) for event in past):
                stage = "updated"
            grad = _leaf_grad(trace, node.variable, story.events, index)
        elif ran:
            stage = "passed"
            arrived = [_norm(trace, ref) for ref in ran[-1].grad_outputs if ref is not None]
            grad = _together(arrived) if arrived else "none"
            sent = {
                slot: _norm(trace, ref)
                for slot, ref in enumerate(ran[-1].grad_inputs)
                if ref is not None
            }
        losses = [event.value for event in past if isinstance(event, LossComputed)]
        saved = None
        if node.saved and stage != "ahead":
            freed = stage == "passed" and not self.graph.retained
            saved = _saved(node, begun=self.graph.begins <= index, freed=freed)
        return Status(
            stage=stage,
            grad=grad,
            sent=sent,
            value=_scalar(trace, losses[-1]) if losses else None,
            saved=saved,
            added=any(before is not None for before in added),
            edited=any(isinstance(event, GradEdited) for event in past),
        )


_latest: WeakKeyDictionary[Trace, list[Statuses]] = WeakKeyDictionary()
_norms: WeakKeyDictionary[Trace, dict[int, float]] = WeakKeyDictionary()


def _leaf_grad(
    trace: Trace, name: str, events: Sequence[AnyEvent], index: int
) -> Norm | Literal["none"] | None:
    """What a leaf's ``.grad`` is after event ``index``, as far as the events tell."""
    steps: list[tuple[int, ValueRef | None, ValueRef | None]] = []
    for event in events:
        match event:
            case GradZeroed(param=who) | GradAccumulated(param=who) | GradEdited(target=who):
                if who == name:
                    steps.append((event.index, event.before, event.after))
    if not steps:
        return None
    past = [after for when, _before, after in steps if when <= index]
    ref = past[-1] if past else steps[0][1]
    return "none" if ref is None else _norm(trace, ref)


def _saved(node: GraphNode, *, begun: bool, freed: bool) -> Saved:
    """``begun`` backward has read the versions; before, a changed one may still have been whole."""
    gone = freed or all(saved.state == "freed" for saved in node.saved)
    changed = None
    if begun and not gone:
        changed = next((saved for saved in node.saved if saved.modified), None)
    return Saved(len(node.saved), gone, changed)


def _together(norms: list[Norm]) -> Norm:
    """The norm over all of a node's outputs."""
    known = [norm for norm in norms if norm != "lost"]
    return math.hypot(*known) if len(known) == len(norms) else "lost"


def _scalar(trace: Trace, ref: ValueRef) -> Norm | complex | None:
    """The number in a tensor of one element; None for a larger one."""
    if math.prod(ref.shape) != 1:
        return None
    try:
        number = trace.peek(ref).item()
    except TraceError:
        return "lost"
    return number if isinstance(number, complex) else float(number)


def _tells_lost(status: Status) -> bool:
    return "lost" in (status.grad, status.value, *status.sent.values())


def _norm(trace: Trace, ref: ValueRef) -> Norm:
    known = _norms.setdefault(trace, {})
    if ref.id not in known:
        try:
            known[ref.id] = norm(trace.peek(ref))
        except TraceError:
            return "lost"
    return known[ref.id]
