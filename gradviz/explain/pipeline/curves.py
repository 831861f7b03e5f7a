"""A sample that is a curve, small enough for a thumbnail."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor

COLUMNS = 60
SHORTEST = 12
"""Numbers in a row that are looked at rather than read."""

Envelope: TypeAlias = tuple[tuple[float, float], ...]
"""The smallest and the largest number of each column, over the largest of the whole batch."""


def is_curve(values: Tensor) -> bool:
    """Whether (N, length) or (N, channels, length) is a curve for each sample."""
    return values.is_floating_point() and values.ndim in (2, 3) and values.shape[-1] >= SHORTEST


def envelopes(values: Tensor) -> tuple[Envelope, ...]:
    """The curve of each sample, that of its first channel."""
    rows = values.detach().cpu().float().nan_to_num(0.0, 0.0, 0.0)
    rows = rows[:, 0] if rows.ndim == 3 else rows
    scale = rows.abs().max().item() if rows.numel() else 0.0
    parts = torch.tensor_split(rows / (scale or 1.0), min(COLUMNS, rows.shape[-1]), dim=-1)
    lows = torch.stack([part.amin(-1) for part in parts], dim=-1).tolist()
    highs = torch.stack([part.amax(-1) for part in parts], dim=-1).tolist()
    return tuple(tuple(zip(low, high, strict=True)) for low, high in zip(lows, highs, strict=True))
