"""Signed heatmaps: a tensor as an image, blue above zero, white at it, orange below."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QImage

from gradviz.qt.look import mixed
from gradviz.render.theme import Theme

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

ZERO_LEVEL = 126
"""The level of 0; 126 levels below and above it reach the scale. The rest are no numbers."""
GAP_LEVEL, BAD_LEVEL, ALL_ZERO_LEVEL = 253, 254, 255
LARGEST = 256
"""A heatmap has at most about this many pixels each way; of more it takes every k-th."""


def scale_of(tensor: Tensor) -> float:
    """The largest finite magnitude: both ends of the colours stand for it."""
    values = _real(tensor).abs()
    values = values[values.isfinite()]
    return values.max().item() if values.numel() else 0.0


def levels(tensor: Tensor, scale: float) -> np.ndarray:
    """A tensor as a page of colour levels, uint8 (rows, columns).

    A vector is a row. Of more than two dimensions the last two are tiles with a line between them.
    Of the two dimensions before, the longer runs across; a lone row of tiles is broken up.
    """
    import numpy as np

    values = tensor.detach()
    if values.ndim > 2 and values.shape[-1] == values.shape[-2] == 1:
        values = values.reshape(values.shape[0], -1)
    if values.ndim < 2:
        values = values.reshape(1, -1)
    if values.ndim == 2:
        height, width = values.shape
        return _levels(values[:: -(-height // LARGEST) or 1, :: -(-width // LARGEST) or 1], scale)
    height, width = values.shape[-2:]
    tiles = values.reshape(-1, values.shape[-3], height, width)
    if len(tiles) > tiles.shape[1]:
        tiles = tiles.transpose(0, 1)
    alone, across = len(tiles) == 1, tiles.shape[1]
    tiles = tiles.reshape(-1, height, width)
    count = len(tiles)
    if alone:
        across = max(1, math.ceil(math.sqrt(count * (height + 1) / (width + 1))))
    down = min(-(-count // across), max(1, LARGEST // (height + 1)))
    page = np.full((down, across, height + 1, width + 1), GAP_LEVEL, np.uint8)
    shown = _levels(tiles[: down * across], scale)
    page.reshape(-1, height + 1, width + 1)[: len(shown), :height, :width] = shown
    page = page[:, : max(1, LARGEST // (width + 1))]
    sheet = page.transpose(0, 2, 1, 3).reshape(down * (height + 1), -1)[:-1, :-1]
    return np.ascontiguousarray(
        sheet[:: -(-sheet.shape[0] // LARGEST) or 1, :: -(-sheet.shape[1] // LARGEST) or 1]
    )


def image(page: np.ndarray, theme: Theme) -> QImage:
    """Levels in the theme's colours."""
    height, width = page.shape
    made = QImage(page.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    made.setColorTable(list(_table(theme.positive, theme.negative, theme.bad_fill, theme.zero)))
    return made.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def colour(level: int, theme: Theme) -> QColor:
    """The colour of one level."""
    table = _table(theme.positive, theme.negative, theme.bad_fill, theme.zero)
    return QColor.fromRgba(table[level])


@cache
def _table(positive: str, negative: str, bad: str, zero: str) -> tuple[int, ...]:
    ends = (negative,) * ZERO_LEVEL + (positive,) * (ZERO_LEVEL + 1)
    numbers = [
        mixed("#ffffff", end, abs(level - ZERO_LEVEL) / ZERO_LEVEL).rgba()
        for level, end in enumerate(ends)
    ]
    return (*numbers, 0, QColor(bad).rgba(), QColor(zero).rgba())


def _levels(tensor: Tensor, scale: float) -> np.ndarray:
    import numpy as np

    values = _real(tensor).cpu().numpy()
    finite = np.isfinite(values)
    if scale == 0:
        page = np.full(values.shape, ALL_ZERO_LEVEL, np.uint8)
    else:
        part = np.where(finite, values, 0.0) / scale
        page = (ZERO_LEVEL + np.round(part * ZERO_LEVEL)).astype(np.uint8)
    page[~finite] = BAD_LEVEL
    return page


def _real(tensor: Tensor) -> Tensor:
    values = tensor.detach()
    return values.abs().double() if values.is_complex() else values.double()
