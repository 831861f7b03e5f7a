"""What can be asked of an event: plain facts, and numbers that torch computes when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from gradviz.errors import TraceError
from gradviz.trace.events import (
    AnyEvent,
    BatchFetched,
    BufferChanged,
    GradAccumulated,
    GradEdited,
    LossComputed,
    NodeRan,
    OpRan,
    ParamUpdated,
    State,
    ValueRef,
    main_value,
    param_of,
)
from gradviz.trace.summary import norm, summarize
from gradviz.trace.trace import Trace

if TYPE_CHECKING:
    from torch import Tensor

Fact: TypeAlias = float | str | bool | tuple[int, ...]
Result = TypeVar("Result")


class Facts:
    """The facts of a trace's events. Numbers of one iteration are kept, so asking in order is
    cheap.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._iteration: tuple[int, int] | None = None
        self._modules: dict[int, str] = {}
        self._known: dict[tuple[object, int], object] = {}

    def ask(self, event: AnyEvent, name: str) -> Fact | None:
        """One of `FACTS`; None if it does not apply to the event, or its value was dropped."""
        return FACTS[name](self, event)

    def module(self, event: AnyEvent) -> str:
        """The module call that the event belongs to; in backward, the one that made its node."""
        if not isinstance(event, NodeRan | GradAccumulated):
            return event.module
        self._turn_to(event)
        return self._modules.get(event.node, event.module)

    def of(
        self, event: AnyEvent, ref: ValueRef | None, function: Callable[[Tensor], Result]
    ) -> Result | None:
        """A function of one value of the event, kept; None if it cannot be `computed`."""
        if ref is None:
            return None
        self._turn_to(event)
        key = (function, ref.id)
        if key not in self._known:
            self._known[key] = self.computed(function, ref)
        return cast("Result | None", self._known[key])

    def finite(self, event: AnyEvent, ref: ValueRef) -> bool | None:
        """Whether all elements of a value are finite; None if that cannot be computed."""
        if not ref.dtype.startswith(("float", "bfloat", "complex")):
            return True
        return self.of(event, ref, _is_finite)

    def computed(self, function: Callable[..., Result], *refs: ValueRef) -> Result | None:
        """A function of values; None if one was dropped, or is of a sort (nested, quantized, on no
        device) that torch cannot do it with.
        """
        try:
            return function(*map(self._dense, refs))
        except (TraceError, RuntimeError):
            return None

    def _dense(self, ref: ValueRef) -> Tensor:
        tensor = self.trace.store.get(ref)
        return tensor.to_dense() if tensor.is_sparse or tensor.is_sparse_csr else tensor

    def _turn_to(self, event: AnyEvent) -> None:
        """Forget the iteration before when another one is asked for."""
        wanted = (event.iteration, len(self.trace.graphs))
        if wanted == self._iteration:
            return
        self._iteration = wanted
        self._known.clear()
        self._modules.clear()
        for graph in reversed(self.trace.graphs):
            if graph.iteration == event.iteration:
                self._modules.update((node.id, node.module) for node in graph.nodes)
            elif graph.iteration < event.iteration:
                break


def values_in(event: AnyEvent) -> Iterator[ValueRef]:
    """The values that an event worked with."""
    match event:
        case OpRan():
            yield from event.inputs
        case NodeRan():
            yield from (ref for ref in event.grad_outputs if ref is not None)
        case LossComputed():
            yield event.value
        case GradAccumulated():
            yield from (ref for ref in (event.before, event.added) if ref is not None)
        case GradEdited() | BufferChanged():
            yield from (ref for ref in (event.before,) if ref is not None)
        case ParamUpdated():
            yield from (ref for ref in (event.before, event.grad) if ref is not None)
            yield from _of_state(event.state_before)


def values_out(event: AnyEvent) -> Iterator[ValueRef]:
    """The values that came out of an event."""
    match event:
        case BatchFetched():
            yield from event.values.values()
        case OpRan():
            yield from event.outputs
        case NodeRan():
            yield from (ref for ref in event.grad_inputs if ref is not None)
        case LossComputed():
            yield event.value
        case GradAccumulated() | GradEdited() | BufferChanged():
            yield event.after
        case ParamUpdated():
            yield event.after
            yield from _of_state(event.state_after)


def _of_state(state: State | None) -> Iterator[ValueRef]:
    yield from (value for value in (state or {}).values() if isinstance(value, ValueRef))


def _attribute(kind: type[AnyEvent], name: str) -> Callable[[Facts, AnyEvent], Any]:
    def fact(facts: Facts, event: AnyEvent) -> Any:
        return getattr(event, name) if isinstance(event, kind) else None

    return fact


def _node(facts: Facts, event: AnyEvent) -> str | None:
    if isinstance(event, NodeRan):
        return event.name
    return "AccumulateGrad" if isinstance(event, GradAccumulated) else None


def _param(facts: Facts, event: AnyEvent) -> str | None:
    return event.target if isinstance(event, GradEdited) else param_of(event)


def _shape(facts: Facts, event: AnyEvent) -> tuple[int, ...] | None:
    ref = main_value(event)
    return None if ref is None else tuple(ref.shape)


def _dtype(facts: Facts, event: AnyEvent) -> str | None:
    ref = main_value(event)
    return None if ref is None else ref.dtype


def _lr(facts: Facts, event: AnyEvent) -> float | None:
    return event.settings.get("lr") if isinstance(event, ParamUpdated) else None


def _loss(facts: Facts, event: AnyEvent) -> float | None:
    return facts.computed(_number, event.value) if isinstance(event, LossComputed) else None


def _number(tensor: Tensor) -> float | None:
    return float(tensor.item()) if tensor.numel() == 1 else None


def _is_finite(tensor: Tensor) -> bool:
    return bool(_finite_elements(tensor).all())


def _bad_elements(tensor: Tensor) -> int:
    return int((~_finite_elements(tensor)).sum())


def _finite_elements(tensor: Tensor) -> Tensor:
    if tensor.element_size() == 1:  # float8 has no isfinite of its own
        tensor = tensor.float()
    return tensor.isfinite()


def _value_norm(facts: Facts, event: AnyEvent) -> float | None:
    if isinstance(event, BatchFetched | OpRan | LossComputed | ParamUpdated | BufferChanged):
        return facts.of(event, main_value(event), norm)
    return None


def _grad_norm(facts: Facts, event: AnyEvent) -> float | None:
    if isinstance(event, NodeRan | GradAccumulated | GradEdited):
        return facts.of(event, main_value(event), norm)
    return facts.of(event, event.grad, norm) if isinstance(event, ParamUpdated) else None


def _update_norm(facts: Facts, event: AnyEvent) -> float | None:
    if not isinstance(event, ParamUpdated | BufferChanged):
        return None
    return facts.computed(_distance, event.before, event.after)


def _distance(before: Tensor, after: Tensor) -> float | None:
    if before.shape != after.shape:
        return None
    return norm(after.double() - before.double())


def _statistic(name: str) -> Callable[[Facts, AnyEvent], float | None]:
    def fact(facts: Facts, event: AnyEvent) -> float | None:
        summary = facts.of(event, main_value(event), summarize)
        return None if summary is None else getattr(summary, name)

    return fact


def _bad(facts: Facts, event: AnyEvent) -> int | None:
    counts = [facts.of(event, ref, _bad_elements) for ref in values_out(event)]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


FACTS: dict[str, Callable[[Facts, Any], Fact | None]] = {
    "index": lambda facts, event: event.index,
    "iteration": lambda facts, event: event.iteration,
    "phase": lambda facts, event: event.phase,
    "event": lambda facts, event: type(event).__name__,
    "op": _attribute(OpRan, "op"),
    "node": _node,
    "module": lambda facts, event: facts.module(event),
    "param": _param,
    "buffer": _attribute(BufferChanged, "buffer"),
    "shape": _shape,
    "dtype": _dtype,
    "lr": _lr,
    "loss": _loss,
    "value_norm": _value_norm,
    "grad_norm": _grad_norm,
    "update_norm": _update_norm,
    "min": _statistic("min"),
    "max": _statistic("max"),
    "mean": _statistic("mean"),
    "bad": _bad,
}
"""The facts by name; these are the names that a condition may use."""
