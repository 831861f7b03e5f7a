"""The events of a training iteration: what happened, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.shown import ShownAsHtml

Phase: TypeAlias = Literal["data", "zero_grad", "forward", "loss", "backward", "step"]
PHASES: tuple[Phase, ...] = ("data", "zero_grad", "forward", "loss", "backward", "step")


# Events hold no cycles, so the garbage collector need not walk the thousands of them (gc=False).


class ValueRef(Struct, frozen=True, gc=False):
    """A tensor as it was at one moment; `Trace.value` gives the exact tensor.

    ``bytes`` is what its elements take (elements × element size).
    """

    id: int
    shape: tuple[int, ...]
    dtype: str
    bytes: int

    def __repr__(self) -> str:
        return f"<value {self.id}: {self.dtype} {tuple(self.shape)}>"


class Source(Struct, frozen=True, gc=False):
    """The line of the user's own code that caused an event."""

    file: str
    line: int


class Contribution(Struct, frozen=True, gc=False):
    """What one consumer sent to a node whose output was used more than once."""

    node: int
    grad: ValueRef


State: TypeAlias = dict[str, ValueRef | bool | int | float | None]
"""An optimizer's state of one parameter: tensors by reference, numbers as they are."""


class Event(ShownAsHtml, Struct, frozen=True, gc=False, kw_only=True, tag=True, tag_field="event"):
    """One thing that happened. ``module`` is the path of the module call that it happened in;
    from the second call on a segment says which: ``relu#2``.
    """

    index: int
    iteration: int
    phase: Phase
    module: str = ""
    source: Source | None = None

    def __repr__(self) -> str:
        from gradviz.trace.lines import line

        return f"<{line(self)}>"


class BatchFetched(Event, frozen=True, gc=False, kw_only=True):
    """The loader delivered a batch; ``values`` are its tensors by their place in it."""

    values: dict[str, ValueRef]


class GradZeroed(Event, frozen=True, gc=False, kw_only=True):
    """A ``.grad`` was cleared: ``after`` is None (the default) or zeros."""

    param: str
    before: ValueRef | None
    after: ValueRef | None


class OpRan(Event, frozen=True, gc=False, kw_only=True):
    """A torch function ran; ``nodes`` are the autograd nodes that it made, first to last.

    ``no_grad`` says that it ran where autograd was off.
    """

    op: str
    inputs: tuple[ValueRef, ...]
    outputs: tuple[ValueRef, ...]
    nodes: tuple[int, ...] = ()
    no_grad: bool = False


class LossComputed(Event, frozen=True, gc=False, kw_only=True):
    """The tensor that backward starts from; ``node`` made it (None for a leaf)."""

    value: ValueRef
    node: int | None


class NodeRan(Event, frozen=True, gc=False, kw_only=True):
    """An autograd node ran.

    ``grad_outputs`` arrived (dL/d its outputs), ``grad_inputs`` leave (dL/d its inputs), both in
    torch's order and with torch's names. ``contributions`` say who sent what where branches meet.
    """

    node: int
    name: str
    grad_outputs: tuple[ValueRef | None, ...]
    grad_inputs: tuple[ValueRef | None, ...]
    contributions: tuple[Contribution, ...] = ()


class GradEdited(Event, frozen=True, gc=False, kw_only=True):
    """A gradient was changed: by an edit of ours through ``hook``, or (no hook) at rest by code
    that clipped, scaled or set a parameter's ``.grad``.
    """

    target: str
    hook: str = ""
    before: ValueRef | None
    after: ValueRef


class GradAccumulated(Event, frozen=True, gc=False, kw_only=True):
    """AccumulateGrad added a gradient to a leaf: ``before + added = after``.

    ``contributions`` say what each use of the leaf added, where it was used more than once.
    """

    node: int
    param: str
    before: ValueRef | None
    added: ValueRef
    after: ValueRef
    contributions: tuple[Contribution, ...] = ()


class ParamUpdated(Event, frozen=True, gc=False, kw_only=True):
    """The optimizer moved a parameter; ``settings`` are its group's numbers (lr, momentum …).

    Code that moved it by hand has no name in ``optimizer``, and no state unless it changed that.
    """

    param: str
    optimizer: str
    before: ValueRef
    grad: ValueRef | None
    after: ValueRef
    state_before: State | None
    state_after: State | None
    settings: dict[str, bool | int | float]


class BufferChanged(Event, frozen=True, gc=False, kw_only=True):
    """A module's buffer (a running mean, a counter) changed."""

    buffer: str
    before: ValueRef
    after: ValueRef


Unrecordable: TypeAlias = Literal["transformed", "traced", "compiled"]
"""Why ops cannot be recorded: `torch.func` makes tensors stand for many or for derivatives;
a tracer writes a computation down instead of running it; compiled code calls no torch function.
"""


class NotRecorded(Event, frozen=True, gc=False, kw_only=True):
    """Code ran whose ops cannot be recorded; around it everything was.

    ``what`` is the function, ``outputs`` are what it gave back and ``nodes`` the autograd nodes
    that it made, where that could be seen.
    """

    what: str
    reason: Unrecordable
    outputs: tuple[ValueRef, ...] = ()
    nodes: tuple[int, ...] = ()


class Failed(Event, frozen=True, gc=False, kw_only=True):
    """The code raised; the trace holds everything up to here."""

    error: str
    message: str


AnyEvent: TypeAlias = (
    BatchFetched
    | GradZeroed
    | OpRan
    | LossComputed
    | NodeRan
    | GradEdited
    | GradAccumulated
    | ParamUpdated
    | BufferChanged
    | NotRecorded
    | Failed
)


def refs_of(value: object) -> Iterator[ValueRef]:
    """Every reference in an event, in a fixed order."""
    if isinstance(value, ValueRef):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from refs_of(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from refs_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from refs_of(item)


def nodes_of(event: AnyEvent) -> tuple[int, ...]:
    """The autograd nodes that an event made or ran, most telling first."""
    match event:
        case OpRan() | NotRecorded():
            return event.nodes[::-1]
        case NodeRan() | GradAccumulated():
            return (event.node,)
        case LossComputed():
            return () if event.node is None else (event.node,)
    return ()


def param_of(event: AnyEvent) -> str | None:
    """The parameter (or leaf) that an event is about."""
    match event:
        case GradZeroed() | GradAccumulated() | ParamUpdated():
            return event.param
    return None


def main_value(event: AnyEvent) -> ValueRef | None:
    """The one tensor that says most about an event: what came out, arrived, or moved."""
    match event:
        case BatchFetched():
            return next(iter(event.values.values()), None)
        case OpRan() | NotRecorded():
            return event.outputs[0] if event.outputs else None
        case LossComputed():
            return event.value
        case NodeRan():
            return next((ref for ref in event.grad_outputs if ref is not None), None)
        case GradAccumulated():
            return event.after
        case GradEdited() | ParamUpdated() | BufferChanged():
            return event.after
        case GradZeroed():
            return event.before
    return None
