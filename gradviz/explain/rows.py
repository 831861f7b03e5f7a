"""An event as a row of a table: the same words for the timeline, the terminal and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.i18n import gettext as _
from gradviz.trace.events import (
    AnyEvent,
    BatchFetched,
    BufferChanged,
    Failed,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    NotRecorded,
    OpRan,
    ParamUpdated,
    Phase,
    ValueRef,
)
from gradviz.trace.summary import summarize
from gradviz.trace.travel import module_of

if TYPE_CHECKING:
    from gradviz.trace.trace import Trace


class Row(Struct, frozen=True):
    """``what`` happened (op, node or parameter), in which module, to what shape, and the numbers.

    ``value`` is a loss or the norm of a value, ``grad`` the norm of a gradient, ``update`` the norm
    of a parameter's change. A number that does not apply is an empty text.
    """

    index: int
    phase: Phase
    what: str
    module: str
    shape: str
    value: str = ""
    grad: str = ""
    update: str = ""


def row(trace: Trace, event: AnyEvent) -> Row:
    """The row of one event."""
    what, ref, numbers = _told(trace, event)
    return Row(
        index=event.index,
        phase=event.phase,
        what=what,
        module=module_of(trace, event),
        shape="" if ref is None else shape_text(ref.shape),
        **numbers,
    )


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape as Python writes it: ``(16, 10)``; empty for one that is not known."""
    return "" if shape is None else str(tuple(shape))


def number(value: float | None) -> str:
    """Four significant digits, so that columns of numbers compare at a glance."""
    return "" if value is None else f"{value:.4g}"


def norm_text(trace: Trace, ref: ValueRef | None) -> str:
    """The Euclidean norm of a value, ``None`` for None, ``?`` for a value that was dropped."""
    if ref is None:
        return "None"
    try:
        return number(summarize(trace.peek(ref)).norm)
    except TraceError:
        return "?"


def _told(trace: Trace, event: AnyEvent) -> tuple[str, ValueRef | None, dict[str, str]]:
    match event:
        case BatchFetched():
            first = next(iter(event.values.values()), None)
            return _("batch"), first, {"value": norm_text(trace, first)}
        case GradZeroed():
            change = f"{norm_text(trace, event.before)} → {norm_text(trace, event.after)}"
            return f"{event.param}.grad", event.before, {"grad": change}
        case OpRan():
            ref = event.outputs[0] if event.outputs else None
            return event.op, ref, {"value": norm_text(trace, ref)}
        case LossComputed():
            return _("loss"), event.value, {"value": _scalar(trace, event.value)}
        case NodeRan():
            ref = next((grad for grad in event.grad_outputs if grad is not None), None)
            return event.name, ref, {"grad": norm_text(trace, ref)}
        case GradEdited():
            change = f"{norm_text(trace, event.before)} → {norm_text(trace, event.after)}"
            return f"{event.target}.grad", event.after, {"grad": change}
        case GradAccumulated():
            sum_ = norm_text(trace, event.after)
            return f"{event.param}.grad +=", event.after, {"grad": sum_}
        case ParamUpdated():
            numbers = {
                "value": norm_text(trace, event.after),
                "grad": norm_text(trace, event.grad),
                "update": _change(trace, event.before, event.after),
            }
            return event.param, event.after, numbers
        case BufferChanged():
            numbers = {
                "value": norm_text(trace, event.after),
                "update": _change(trace, event.before, event.after),
            }
            return event.buffer, event.after, numbers
        case NotRecorded():
            ref = event.outputs[0] if event.outputs else None
            told = _("{what} (not recorded)").format(what=event.what)
            return told, ref, {"value": norm_text(trace, ref) if ref else ""}
        case Failed():
            return f"{event.error}: {' '.join(event.message.split())}", None, {}


def _scalar(trace: Trace, ref: ValueRef) -> str:
    try:
        value = trace.peek(ref)
    except TraceError:
        return "?"
    return number(value.item()) if value.numel() == 1 else norm_text(trace, ref)


def _change(trace: Trace, before: ValueRef, after: ValueRef) -> str:
    try:
        old, new = trace.peek(before), trace.peek(after)
    except TraceError:
        return "?"
    if old.shape != new.shape:
        return ""  # it was replaced by another one
    change = new - old if new.is_complex() else new.double() - old.double()
    return number(summarize(change).norm)
