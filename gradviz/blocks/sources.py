"""Tensors that a model has of its own."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("sources")
def Parameter(
    shape: tuple[Size, ...], fill: Literal["randn", "zeros", "ones", "rand"] = "randn"
) -> nn.Parameter:
    """A tensor that the optimizer trains, such as a class token or an embedding of places.

    y = the tensor
    """
    return nn.Parameter(getattr(torch, fill)(shape))


@BLOCKS.add("sources")
def Constant(shape: tuple[Size, ...] = (), value: float = 0.0) -> Tensor:
    """A tensor of one value that nothing trains. It is saved with the model.

    y = value
    """
    return torch.full(shape, value)
