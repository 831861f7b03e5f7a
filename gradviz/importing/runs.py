"""Run a module a few times, and leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.engine.loop.seed import seeded
from gradviz.importing.frames import Frame
from gradviz.importing.layers import Layer
from gradviz.importing.symbols import Runs, aligned
from gradviz.importing.watching import watched

SIZES = (2, 3)
"""Samples in the two batches."""


def run(module: nn.Module, inputs: tuple[Any, ...], layers: Mapping[int, Layer]) -> Frame:
    """What the module does whatever the batch and the mode. What the module raises for its own
    inputs passes through.
    """

    def watch(size: int | None, *, training: bool) -> Frame:
        with in_mode(module, training=training), seeded(0):
            given = inputs if size is None else resized(inputs, size)
            return watched(module, given, layers)

    with as_it_was(module):
        for size, training in ((SIZES[0], True), (None, True), (SIZES[0], False)):
            first = _tried(watch, size, training)
            if first is not None:
                break
        else:
            size, training = None, False
            first = watch(None, training=False)
        larger = _tried(watch, SIZES[1], training) if size is not None else None
        evaluated = _tried(watch, size, False) if training else None
    return aligned(Runs(first, larger, evaluated, SIZES))


def resized(inputs: tuple[Any, ...], size: int) -> tuple[Any, ...]:
    """The inputs with so many samples: the same ones again and again."""
    samples = batch_of(inputs)

    def sized(each: Any) -> Any:
        if not isinstance(each, Tensor) or not each.dim() or len(each) != samples:
            return each
        return each[torch.arange(size, device=each.device) % samples]

    return tuple(sized(each) for each in inputs)


def batch_of(inputs: tuple[Any, ...]) -> int:
    """The size of the batch: that of the first tensor's first dimension."""
    return next((len(each) for each in inputs if isinstance(each, Tensor) and each.dim()), 0)


def _tried(watch: Any, size: int | None, training: bool) -> Frame | None:
    try:
        found: Frame = watch(size, training=training)
    except Exception:  # noqa: BLE001 - code of the user's, which need not bear other batches
        return None
    return found


@contextmanager
def in_mode(module: nn.Module, *, training: bool) -> Iterator[None]:
    before = [(each, each.training) for each in module.modules()]
    try:
        module.train(training)
        yield
    finally:
        for each, was in before:
            each.training = was


@contextmanager
def as_it_was(module: nn.Module) -> Iterator[None]:
    """Whatever runs, buffers are then as before: running statistics move in training."""
    before = [(each, each.detach().clone()) for each in module.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for each, was in before:
                if not torch.equal(each, was):
                    each.copy_(was)
