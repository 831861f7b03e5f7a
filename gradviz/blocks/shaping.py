"""Blocks that change the shape and leave the numbers alone."""

from __future__ import annotations

from torch import nn

from gradviz.blocks.tables import BLOCKS
from gradviz.spec.project import Size


@BLOCKS.add("shape")
def Flatten(start_dim: int = 1, end_dim: int = -1) -> nn.Module:
    """Joins dimensions into one; by default all but the batch."""
    return nn.Flatten(start_dim, end_dim)


@BLOCKS.add("shape")
def Unflatten(dim: int, sizes: tuple[Size, ...]) -> nn.Module:
    """Splits one dimension into several."""
    return nn.Unflatten(dim, sizes)


@BLOCKS.add("shape")
def Identity() -> nn.Module:
    """Hands its input on as it is."""
    return nn.Identity()
