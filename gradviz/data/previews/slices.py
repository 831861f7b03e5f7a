"""Tensors of any rank as heatmaps of their last two dimensions, and a histogram."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from gradviz.data.previews.kinds import Heatmap, Sample, Slices
from gradviz.data.previews.numbers import (
    bars_of,
    dense,
    levels_of,
    numbers_of,
    real,
    smaller,
)

MOST = 24
SIDE = 128
"""Pixels along a side of a heatmap, at most."""
LONG = 512
"""Pixels of a heatmap that is one row."""


def slices(tensor: Tensor, samples: Sequence[Sample] = (), *, most: int = MOST) -> Slices:
    """The matrices of a tensor in their order, all in the same colours; a vector is one row."""
    plain = dense(tensor)
    numbers = numbers_of(plain)
    ends = [abs(end) for end in (numbers.low, numbers.high) if end is not None]
    scale = max(ends, default=0.0)
    leading = plain.shape[:-2]
    count = math.prod(leading) if plain.numel() else 0
    matrices = plain if plain.ndim >= 2 else plain.reshape(1, -1)
    flat = matrices.reshape(-1, *matrices.shape[-2:]) if count else matrices[None][:0]
    heatmaps = tuple(
        _heatmap(flat[place], _place_in(place, leading), scale) for place in range(min(count, most))
    )
    return Slices(
        numbers,
        scale,
        heatmaps,
        bars_of(plain, numbers),
        max(0, count - most),
        tuple(samples),
    )


def _heatmap(matrix: Tensor, indices: tuple[int, ...], scale: float) -> Heatmap:
    height, width = matrix.shape
    values = smaller(real(matrix), LONG if height == 1 else SIDE, SIDE)
    rows, columns = values.shape
    return Heatmap(indices, columns, rows, levels_of(values, scale), width, height)


def _place_in(place: int, leading: Sequence[int]) -> tuple[int, ...]:
    """Where the matrix of that number stands."""
    found = []
    for size in reversed(leading):
        place, index = divmod(place, size)
        found.append(index)
    return tuple(reversed(found))
