"""Why a ``.grad`` is zero, or this big: one of a few reasons, and the nodes that are to blame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import torch
from msgspec import Struct
from torch import Tensor

from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.events import GradAccumulated, GradEdited, GradZeroed, NodeRan, ValueRef
from gradviz.trace.graph import AutogradGraph, GraphEdge
from gradviz.trace.trace import Trace

BIG = 1e3
"""The norm from which a gradient is called big."""

SizeReason: TypeAlias = Literal[
    "zeroed", "edited", "dead relu", "saturated", "times zero", "flat", "cancels",
    "not finite", "accumulated", "grows",
]  # fmt: skip
_OPS: dict[str, SizeReason] = {
    "relu": "dead relu",
    "relu_": "dead relu",
    "sigmoid": "saturated",
    "tanh": "saturated",
    "softmax": "saturated",
    "mul": "times zero",
    "linear": "times zero",
    "matmul": "times zero",
    "conv2d": "times zero",
    "dropout": "times zero",
}


class GradientSize(Struct, frozen=True):
    """Why the ``.grad`` of ``name`` is zero or big; as text, a sentence.

    ``nodes`` are those of the graph where it came about, and ``ops`` what made them.
    """

    name: str
    reason: SizeReason
    nodes: tuple[int, ...] = ()
    ops: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _(_TEXTS[self.reason]).format(ops=", ".join(dict.fromkeys(self.ops)))


def why_this_size(trace: Trace, name: str, at: int | str = "end") -> GradientSize | None:
    """Why the ``.grad`` of a leaf is exactly zero, or has a norm above `BIG` or none at all, after
    an event. None where it is neither, where no reason is known, or values are held no longer.
    """
    index = trace.index_at(at)
    last = _last(trace, name, index)
    after = getattr(last, "after", None)
    if last is None or after is None:
        return None
    try:
        grad = trace.peek(after)
        size = _norm(grad)
        if not grad.numel() or 0 < size <= BIG:
            return None
        if _edited(trace, name, last):
            return GradientSize(name, "edited")
        return _zero(trace, name, last) if size == 0 else _big(trace, name, last)
    except TraceError:
        return None


_Last: TypeAlias = "GradAccumulated | GradEdited | GradZeroed"


def _last(trace: Trace, name: str, index: int) -> _Last | None:
    """The last thing that happened to the gradient."""
    for event in reversed(trace.events[: index + 1]):
        if isinstance(event, GradAccumulated | GradZeroed) and event.param == name:
            return event
        if isinstance(event, GradEdited) and event.target == name:
            return event
    return None


def _edited(trace: Trace, name: str, last: _Last) -> bool:
    """Whether code or a hook changed it on its way into ``.grad``, or there."""
    graph = trace.graph_at(last.index)
    begins = last.index if graph is None or isinstance(last, GradZeroed) else graph.begins
    return any(
        isinstance(event, GradEdited) and event.target == name
        for event in trace.events[begins : last.index + 1]
    )


def _zero(trace: Trace, name: str, last: _Last) -> GradientSize | None:
    if isinstance(last, GradZeroed):
        return GradientSize(name, "zeroed")
    graph = trace.graph_at(last.index)
    if isinstance(last, GradEdited) or graph is None or _norm(trace.peek(last.added)) != 0:
        return None
    ran = _ran(trace, graph, last.index)
    found: dict[int, str] = {}
    seen, waiting = {last.node}, list(graph.consumers.get(last.node, ()))
    while waiting:
        edge = waiting.pop()
        event = ran.get(edge.consumer)
        if event is None:
            continue
        if _sent(trace, event, edge) != 0:
            return GradientSize(name, "cancels", (edge.consumer,), (graph.by_id[edge.consumer].op,))
        if any(_norm(trace.peek(ref)) != 0 for ref in event.grad_outputs if ref is not None):
            found[edge.consumer] = graph.by_id[edge.consumer].op
        elif edge.consumer not in seen:
            seen.add(edge.consumer)
            waiting += graph.consumers.get(edge.consumer, ())
    if not found:
        return None
    reasons = {_OPS.get(op, "flat") for op in found.values()}
    reason: SizeReason = reasons.pop() if len(reasons) == 1 else "flat"
    return GradientSize(name, reason, tuple(sorted(found)), tuple(found.values()))


def _big(trace: Trace, name: str, last: _Last) -> GradientSize | None:
    graph = trace.graph_at(last.index)
    if not isinstance(last, GradAccumulated) or graph is None:
        return None
    if _norm(trace.peek(last.added)) <= BIG:
        return GradientSize(name, "accumulated")
    most, largest = None, 1.0
    for event in _above(trace, graph, last):
        came = _norms(trace, event.grad_outputs)
        left = _norms(trace, event.grad_inputs)
        op = graph.by_id[event.node].op
        if torch.isfinite(torch.tensor(came)) and not torch.isfinite(torch.tensor(left)):
            return GradientSize(name, "not finite", (event.node,), (op,))
        if came and left / came > largest:
            most, largest = event, left / came
    if most is None:
        return None
    return GradientSize(name, "grows", (most.node,), (graph.by_id[most.node].op,))


def _ran(trace: Trace, graph: AutogradGraph, end: int) -> dict[int, NodeRan]:
    events = trace.events[graph.begins : end]
    return {event.node: event for event in events if isinstance(event, NodeRan)}


def _above(trace: Trace, graph: AutogradGraph, last: GradAccumulated) -> Iterator[NodeRan]:
    """The nodes between the loss and a leaf, in the order in which they ran."""
    on_way, waiting = {last.node}, [last.node]
    while waiting:
        for edge in graph.consumers.get(waiting.pop(), ()):
            if edge.consumer not in on_way:
                on_way.add(edge.consumer)
                waiting.append(edge.consumer)
    ran = _ran(trace, graph, last.index)
    return (event for node, event in ran.items() if node in on_way)


def _sent(trace: Trace, event: NodeRan, edge: GraphEdge) -> float:
    ref = event.grad_inputs[edge.slot] if edge.slot < len(event.grad_inputs) else None
    return 0.0 if ref is None else _norm(trace.peek(ref))


def _norms(trace: Trace, refs: tuple[ValueRef | None, ...]) -> float:
    held = [_norm(trace.peek(ref)) for ref in refs if ref is not None]
    return float(torch.tensor(held, dtype=torch.float64).norm())


def _norm(tensor: Tensor) -> float:
    dense = tensor.detach().to_dense() if tensor.layout is not torch.strided else tensor.detach()
    return float(dense.abs().double().norm())


_TEXTS: dict[SizeReason, str] = {
    "zeroed": N_("zero_grad filled it with zeros, and nothing was added since"),
    "edited": N_("an edit, or code that changed .grad, made it so"),
    "dead relu": N_("{ops} was 0 wherever a gradient came, and its slope there is 0"),
    "saturated": N_("{ops} is saturated: it is so flat there that its slope is 0"),
    "times zero": N_("{ops} multiplied the gradient by zeros"),
    "flat": N_("a gradient came to {ops}, and none left: its slope there is 0"),
    "cancels": N_("what came from several sides cancels out to exactly 0"),
    "not finite": N_("it first became NaN or infinite inside {ops}"),
    "accumulated": N_("it was added to what was there before: zero_grad was not called"),
    "grows": N_("it grew most inside {ops}"),
}
