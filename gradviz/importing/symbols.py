"""What is the same in several runs of a module, and what goes with the batch or the mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gradviz.engine.building.forms import Form
from gradviz.importing.frames import Called, Frame, Op, Out, Ref
from gradviz.importing.structure import mapped, pairs_in
from gradviz.importing.words import BATCH, MODE


class Sized(Struct, frozen=True):
    """A whole number that goes with the batch: ``each`` for a sample, and ``more``."""

    each: int
    more: int


class InTraining(Struct, frozen=True):
    """A value that is there in training; in evaluation there is another one."""

    value: Any
    other: Any


class _DiffersError(Exception):
    """Two runs did not do the same."""


class Runs(Struct, frozen=True):
    """Runs of one module: in training with two sizes of the batch, and in evaluation with the
    first; the second and third may be missing.
    """

    first: Frame
    larger: Frame | None
    evaluated: Frame | None
    sizes: tuple[int, int]


def aligned(runs: Runs) -> Frame:
    """The first run with `Sized` and `InTraining` in it, and what differs as the troubles of the
    innermost module that does otherwise.
    """
    frame = runs.first
    if runs.evaluated is not None:
        _align_frames(frame, runs.evaluated, by_mode, MODE)
    if runs.larger is not None:
        small, large = runs.sizes

        def by_batch(a: Any, b: Any, aliases: Mapping[Ref, Ref]) -> Any:
            whole = type(a) is type(b) is int
            if not whole or (b - a) % (large - small):
                raise _DiffersError
            each = (b - a) // (large - small)
            return Sized(each, a - each * small)

        _align_frames(frame, runs.larger, by_batch, BATCH)
    return frame


def by_mode(a: Any, b: Any, aliases: Mapping[Ref, Ref]) -> Any:
    """A flag or a number that evaluation has otherwise. Dropout gives what it got there, and what
    has two names then has the one that it has in training.
    """
    while isinstance(b, Out) and b in aliases:
        b = aliases[b]
        if a == b:
            return a
    if type(a) is not type(b) or not isinstance(a, bool | int | float):
        raise _DiffersError
    return InTraining(a, b)


def _align_frames(frame: Frame, other: Frame, pair: Any, trouble: str) -> None:
    frame.troubles += other.troubles

    def rule(a: Any, b: Any) -> Any:
        return pair(a, b, other.aliases)

    try:
        if len(frame.steps) != len(other.steps):
            raise _DiffersError
        for step, another in zip(frame.steps, other.steps, strict=True):
            _align_steps(step, another, rule)
            if isinstance(step, Called) and isinstance(another, Called):
                _align_calls(step, another, pair, trouble)
        for number, tensor in frame.fixed.items():
            if tensor is not other.fixed.get(number):
                raise _DiffersError
        frame.inputs = _forms(frame.inputs, other.inputs, rule)
        frame.result = _merged(frame.result, other.result, rule)
    except _DiffersError:
        frame.troubles.append(trouble)


def _align_calls(call: Called, other: Called, pair: Any, trouble: str) -> None:
    if call.frame is not None and other.frame is not None:
        _align_frames(call.frame, other.frame, pair, trouble)


def _align_steps(step: Op | Called, other: Op | Called, rule: Any) -> None:
    """Raises `_DiffersError`."""
    if isinstance(step, Called) and isinstance(other, Called):
        if step.module is not other.module or step.grad != other.grad:
            raise _DiffersError
    elif isinstance(step, Op) and isinstance(other, Op):
        if step.name != other.name or step.grad != other.grad:
            raise _DiffersError
        step.constant = _same_constant(step, other)
    else:
        raise _DiffersError
    step.args = _merged(step.args, other.args, rule)
    step.kwargs = _merged(step.kwargs, other.kwargs, rule)
    step.result = _merged(step.result, other.result, rule)
    step.outputs = _forms(step.outputs, other.outputs, rule)


def _same_constant(step: Op, other: Op) -> Any:
    if step.constant is None or other.constant is None:
        return None
    same = len(step.constant) == len(other.constant) and all(
        a.shape == b.shape and a.dtype == b.dtype and bool(((a == b) | ((a != a) & (b != b))).all())
        for a, b in zip(step.constant, other.constant, strict=True)
    )
    return step.constant if same else None


def _merged(thing: Any, other: Any, rule: Any) -> Any:
    try:
        pairs = list(pairs_in(thing, other))
    except ValueError:
        raise _DiffersError from None
    merged = iter([_one(a, b, rule) for a, b in pairs])
    return mapped(thing, lambda _: next(merged))


def _one(a: Any, b: Any, rule: Any) -> Any:
    known = a.value if isinstance(a, InTraining) else a
    if type(known) is type(b) and (known is b or known == b or (known != known and b != b)):
        return a
    if isinstance(a, InTraining):  # what goes with the mode must not go with the batch as well
        raise _DiffersError
    return rule(a, b)


def _forms(forms: list[Form], others: list[Form], rule: Any) -> list[Form]:
    if len(forms) != len(others):
        raise _DiffersError
    return [
        Form(_merged(a.shape, b.shape, rule), _one(a.dtype, b.dtype, rule))
        for a, b in zip(forms, others, strict=True)
    ]
