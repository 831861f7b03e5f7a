"""One-dimensional samples as curves, and sound as waveforms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from gradviz.data.previews.kinds import Audio, Curve, Sample, Signal, Signals
from gradviz.data.previews.numbers import dense, numbers_of, real

MOST = 12
CHANNELS = 4
POINTS = 480
"""Pixel columns of a curve, at most."""


def signals(
    values: Tensor, samples: Sequence[Sample], names: Sequence[str] = (), *, most: int = MOST
) -> Signals:
    """The curves of a batch (N, L) or (N, C, L); ``names`` are those of the channels."""
    plain = dense(values)
    return Signals(
        _signals(plain, samples, names, most), numbers_of(plain), max(0, len(plain) - most)
    )


def audio(
    values: Tensor, samples: Sequence[Sample], sample_rate: int, *, most: int = MOST
) -> Audio:
    """The waveforms of a batch (N, L) or (N, C, L), ``sample_rate`` values a second."""
    plain = dense(values)
    made = _signals(plain, samples, (), most)
    return Audio(made, sample_rate, numbers_of(plain), max(0, len(plain) - most))


def curve(values: Tensor, name: str = "", *, points: int = POINTS) -> Curve:
    """A curve of so many pixel columns at most, each from its smallest to its largest finite
    number.
    """
    numbers = real(values.reshape(-1))
    length = len(numbers)
    if length <= points:
        plain = tuple(each if math.isfinite(each) else math.nan for each in numbers.tolist())
        return Curve(name, plain, plain)
    finite = numbers.isfinite()
    lows, highs = [], []
    for place in range(points):
        start, end = place * length // points, (place + 1) * length // points
        part = numbers[start:end][finite[start:end]]
        lows.append(part.min().item() if part.numel() else math.nan)
        highs.append(part.max().item() if part.numel() else math.nan)
    return Curve(name, tuple(lows), tuple(highs))


def _signals(
    values: Tensor, samples: Sequence[Sample], names: Sequence[str], most: int
) -> tuple[Signal, ...]:
    channels = values[:, None] if values.ndim == 2 else values
    made = []
    for each, sample in zip(channels[:most], samples, strict=False):
        curves = tuple(
            curve(part, names[place] if place < len(names) else "")
            for place, part in enumerate(each[:CHANNELS])
        )
        more = max(0, len(each) - CHANNELS)
        made.append(Signal(sample, curves, each.shape[-1], more))
    return tuple(made)


def is_curves(values: Tensor) -> bool:
    """Whether (N, C, L) looks like curves: few channels and many steps."""
    return (
        values.ndim == 3
        and values.shape[1] <= CHANNELS
        and values.shape[2] >= 4 * values.shape[1]
        and values.shape[2] >= 8
        and values.dtype is not torch.bool
    )
