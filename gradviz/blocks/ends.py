"""Where tensors come into a model and where they leave it."""

from __future__ import annotations

from typing import Literal

from torch import nn

from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("ends", inputs=())
def Input(
    shape: tuple[Size, ...] | None = None,
    dtype: Literal["float32", "float64", "float16", "bfloat16", "int64", "bool"] = "float32",
    samples: Size | None = None,
) -> nn.Module:
    """A tensor of the batch comes in; the shape is that of one sample, without the batch, which has
    any size unless samples says one. What comes into a composite has the shape of what is
    connected there.

    y = the tensor
    """
    return nn.Identity()


@BLOCKS.add("ends")
def Output() -> nn.Module:
    """The model's result leaves here and goes to the loss.

    y = x
    dx = dy
    """
    return nn.Identity()
