"""What has happened to each node at the cursor. A function of trace, graph and index."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias
from weakref import WeakKeyDictionary

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.render.editedplaces import edited_nodes
from gradviz.trace.events import (
    AnyEvent,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    OpRan,
    ParamUpdated,
    ValueRef,
    nodes_of,
    param_of,
)
from gradviz.trace.graph import AutogradGraph, GraphNode, SavedTensor
from gradviz.trace.summary import summarize
from gradviz.trace.trace import Trace

Stage: TypeAlias = Literal["ahead", "made", "passed", "updated"]
Norm: TypeAlias = float | Literal["lost"]
"""A Euclidean norm; ``lost`` if the value was dropped from the trace."""


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


_norms: WeakKeyDictionary[Trace, dict[int, float]] = WeakKeyDictionary()


def statuses(trace: Trace, graph: AutogradGraph, index: int) -> dict[int, Status]:
    """Each node's status after event ``index``; -1 is before the first event.

    Norms are remembered by value, so moving the cursor computes only what it newly uncovers.
    """
    events = list(_iteration(trace, graph))
    past = [event for event in events if event.index <= index]
    begun = graph.begins <= index
    made = _made(graph, past, begun=begun)
    ran = {event.node: event for event in past if isinstance(event, NodeRan)}
    accumulated = {event.node for event in past if isinstance(event, GradAccumulated)}
    added = {event.node for event in past if isinstance(event, GradAccumulated) and event.before}
    edited = edited_nodes(graph, past)
    updated = {event.param for event in past if isinstance(event, ParamUpdated)}
    grads = _grads(events, index)
    nodes, param = _current(past[-1] if past and past[-1].index == index else None)
    losses = {event.node: event.value for event in past if isinstance(event, LossComputed)}
    found = {}
    for node in graph.nodes:
        stage: Stage = "made" if node.id in made else "ahead"
        grad: Norm | Literal["none"] | None = None
        sent: dict[int, Norm] = {}
        if node.variable is not None:
            if node.id in accumulated:
                stage = "passed"
            if node.variable in updated:
                stage = "updated"
            if node.variable in grads:
                ref = grads[node.variable]
                grad = "none" if ref is None else _norm(trace, ref)
        elif node.id in ran:
            stage = "passed"
            event = ran[node.id]
            arrived = [_norm(trace, ref) for ref in event.grad_outputs if ref is not None]
            grad = _together(arrived) if arrived else "none"
            sent = {
                slot: _norm(trace, ref)
                for slot, ref in enumerate(event.grad_inputs)
                if ref is not None
            }
        current = node.id in nodes or (param is not None and node.variable == param)
        value = _scalar(trace, losses[node.id]) if node.id in losses else None
        saved = None
        if node.saved and stage != "ahead":
            saved = _saved(node, begun=begun, freed=stage == "passed" and not graph.retained)
        found[node.id] = Status(
            stage=stage,
            current=current,
            grad=grad,
            sent=sent,
            value=value,
            saved=saved,
            added=node.id in added,
            edited=node.id in edited,
        )
    return found


def _saved(node: GraphNode, *, begun: bool, freed: bool) -> Saved:
    """``begun`` backward has read the versions; before, a changed one may still have been whole."""
    gone = freed or all(saved.state == "freed" for saved in node.saved)
    changed = None
    if begun and not gone:
        changed = next((saved for saved in node.saved if saved.modified), None)
    return Saved(len(node.saved), gone, changed)


def _iteration(trace: Trace, graph: AutogradGraph) -> Iterator[AnyEvent]:
    """The events of the graph's iteration, first to last."""
    events = trace.events
    first = min(graph.begins, len(events))
    while first and events[first - 1].iteration == graph.iteration:
        first -= 1
    while first < len(events) and events[first].iteration == graph.iteration:
        yield events[first]
        first += 1


def _made(graph: AutogradGraph, past: list[AnyEvent], *, begun: bool) -> set[int]:
    """The nodes that exist by now: what ops have made, and everything that feeds it."""
    if begun:
        return {node.id for node in graph.nodes}
    waiting = [id for event in past if isinstance(event, OpRan) for id in event.nodes]
    producers: dict[int, list[int]] = {}
    for edge in graph.edges:
        producers.setdefault(edge.consumer, []).append(edge.producer)
    made: set[int] = set()
    while waiting:
        id = waiting.pop()
        if id not in made:
            made.add(id)
            waiting.extend(producers.get(id, ()))
    return made


def _grads(events: list[AnyEvent], index: int) -> dict[str, ValueRef | None]:
    """Each leaf's ``.grad`` after event ``index``, as far as the iteration's events tell."""
    grads: dict[str, ValueRef | None] = {}
    for event in events:
        match event:
            case GradZeroed() | GradAccumulated():
                name = event.param
            case GradEdited():
                name = event.target
            case _:
                continue
        if event.index <= index:
            grads[name] = event.after
        elif name not in grads:
            grads[name] = event.before
    return grads


def _current(event: AnyEvent | None) -> tuple[tuple[int, ...], str | None]:
    """The nodes, or the leaf, that an event is about."""
    match event:
        case None:
            return (), None
        case GradEdited():
            return (), event.target
        case OpRan() | NodeRan() | GradAccumulated() | LossComputed():
            return nodes_of(event), None
    return (), param_of(event)


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


def _norm(trace: Trace, ref: ValueRef) -> Norm:
    known = _norms.setdefault(trace, {})
    if ref.id not in known:
        try:
            known[ref.id] = summarize(trace.peek(ref)).norm
        except TraceError:
            return "lost"
    return known[ref.id]
