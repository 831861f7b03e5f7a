"""What comes out of a block that the user wrote, whose code may do anything.

On the meta device, if it can run there; else, since it may look at its numbers, for real, with two
small batches which tell the sizes that go with the batch from those that do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.engine.building.blockmodel import flat
from gradviz.engine.building.forms import BATCH, Form, Outcome, taken_by
from gradviz.engine.loop.seed import seeded

SMALL, LARGER = 2, 3
"""Samples in the two batches."""


def tried(make: Callable[[], nn.Module], inputs: tuple[Form, ...], *, outputs: int) -> Outcome:
    """What comes out, which should be as many tensors as ``outputs`` says."""
    found = _on_meta(make, inputs, outputs)
    if found is not None and not found.reason:
        return found
    with _aside():
        module = make()
        small, larger = (
            _run(module, samples_of(inputs, size), outputs) for size in (SMALL, LARGER)
        )
    if small.reason or larger.reason:
        return small if small.reason else larger
    pairs = zip(small.outputs, larger.outputs, strict=True)
    if any(len(a.shape) != len(b.shape) for a, b in pairs):
        return Outcome(parameters=small.parameters, reason="its shape depends on the batch")
    return Outcome(
        tuple(
            Form(tuple(map(_general, a.shape, b.shape)), a.dtype)
            for a, b in zip(small.outputs, larger.outputs, strict=True)
        ),
        small.parameters,
        small.taken,
    )


def _on_meta(
    make: Callable[[], nn.Module], inputs: tuple[Form, ...], outputs: int
) -> Outcome | None:
    """What comes out there; None if the module cannot even be made there."""
    with _aside(), torch.device("meta"), torch.no_grad():
        try:
            module = make()
        except Exception:  # noqa: BLE001 - the user's own code may raise anything; for real it tells
            return None
        return _run(module, inputs, outputs)


@contextmanager
def _aside() -> Iterator[None]:
    """Whatever the code draws, the random numbers outside are as they were."""
    with seeded(0):
        yield


def _run(module: nn.Module, inputs: tuple[Form, ...], outputs: int) -> Outcome:
    """Whole numbers that come in are all 0; where code wants none, such as for lengths, all 1."""
    found = _run_with(0, module, inputs, outputs)
    whole = any(not form.dtype.is_floating_point for form in inputs)
    return _run_with(1, module, inputs, outputs) if found.reason and whole else found


def _run_with(number: int, module: nn.Module, inputs: tuple[Form, ...], outputs: int) -> Outcome:
    count = sum(parameter.numel() for parameter in module.parameters())
    try:
        results = tuple(flat(module(*(_tensor(form, number) for form in inputs))))
    except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
        reason = str(error).partition("\n")[0]
        kind = "" if isinstance(error, RuntimeError | ValueError) else type(error).__name__
        told = ": ".join(part for part in (kind, reason) if part)
        return Outcome(parameters=count, reason=told or type(error).__name__)
    if len(results) != outputs or not all(isinstance(each, Tensor) for each in results):
        got = ", ".join(type(each).__name__ for each in results) or "nothing"
        reason = f"it gives {got}, and its annotation says {outputs} × Tensor"
        return Outcome(parameters=count, reason=reason)
    forms = tuple(Form(tuple(each.shape), each.dtype) for each in results)
    return Outcome(forms, count, taken_by(module))


def _tensor(form: Form, number: int) -> Tensor:
    if form.dtype.is_floating_point:
        return torch.rand(form.shape, dtype=form.dtype)
    return torch.full(form.shape, number, dtype=form.dtype)


def samples_of(inputs: tuple[Form, ...], samples: int) -> tuple[Form, ...]:
    """The forms with so many samples in a batch."""

    def size(whole: int) -> int:
        return whole if whole == 0 or whole % BATCH else whole // BATCH * samples

    return tuple(Form(tuple(map(size, form.shape)), form.dtype) for form in inputs)


def _general(small: Any, larger: Any) -> int:
    """A size for any batch: ``2 · N + 1`` of 5 and 7."""
    each = (larger - small) // (LARGER - SMALL)
    return int(each * BATCH + small - each * SMALL)
