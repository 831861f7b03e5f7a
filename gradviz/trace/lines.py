"""An event in one short line, for a console."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from gradviz.trace.events import (
    BatchFetched,
    BufferChanged,
    Event,
    Failed,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    NotRecorded,
    OpRan,
    ParamUpdated,
    ValueRef,
)

_MANY = 6
"""Shapes that a line names; of more it says how many."""
_LONG = 120


def line(event: Event) -> str:
    """``OpRan 12 forward fc1: linear (5, 3), (4, 3), (4,) → (5, 4) at train.py:12``."""
    head = " ".join(filter(None, (type(event).__name__, str(event.index), event.phase)))
    head = f"{head} {event.module}" if event.module else head
    told = " ".join(_told(event).split())
    told = told if len(told) <= _LONG else f"{told[: _LONG - 1]}…"
    source = event.source
    place = f" at {PurePath(source.file).name}:{source.line}" if source is not None else ""
    return f"{head}: {told}{place}"


def _told(event: Event) -> str:
    match event:
        case BatchFetched():
            return ", ".join(f"{name} {_shape(ref)}" for name, ref in event.values.items())
        case GradZeroed():
            return f"{event.param}.grad {_shape(event.before)} → {_zero(event.after)}"
        case OpRan():
            return f"{event.op} {_shapes(event.inputs)} → {_shapes(event.outputs)}"
        case LossComputed():
            return _shape(event.value)
        case NodeRan():
            return f"{event.name} {_shapes(event.grad_outputs)} → {_shapes(event.grad_inputs)}"
        case GradEdited():
            return f"{event.target} {_shape(event.after)} {event.hook}"
        case GradAccumulated():
            return f"{event.param}.grad {_shape(event.before)} += {_shape(event.added)}"
        case ParamUpdated():
            return f"{event.param} {_shape(event.after)} {event.optimizer}"
        case BufferChanged():
            return f"{event.buffer} {_shape(event.after)}"
        case NotRecorded():
            return f"{event.what} ({event.reason}) → {_shapes(event.outputs)}"
        case Failed():
            return f"{event.error}: {event.message}"
    return ""


def _shape(ref: ValueRef | None) -> str:
    return "None" if ref is None else str(tuple(ref.shape))


def _zero(ref: ValueRef | None) -> str:
    return "None" if ref is None else "0"


def _shapes(refs: Iterable[ValueRef | None]) -> str:
    shapes = [_shape(ref) for ref in refs]
    more = f", … {len(shapes) - _MANY} more" if len(shapes) > _MANY else ""
    return (", ".join(shapes[:_MANY]) or "()") + more
