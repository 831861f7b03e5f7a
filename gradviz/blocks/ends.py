"""Where tensors come into a model and where they leave it."""

from __future__ import annotations

from typing import Literal

from torch import nn

from gradviz.blocks.tables import BLOCKS
from gradviz.spec.project import Size


@BLOCKS.add("ends", inputs=())
def Input(
    shape: tuple[Size, ...],
    dtype: Literal["float32", "float64", "int64"] = "float32",
) -> nn.Module:
    """A tensor of the batch comes in; the shape is that of one sample, without the batch."""
    return nn.Identity()


@BLOCKS.add("ends")
def Output() -> nn.Module:
    """The model's result leaves here and goes to the loss."""
    return nn.Identity()
