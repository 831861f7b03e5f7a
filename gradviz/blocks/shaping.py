"""Blocks that change the shape and leave the numbers alone."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradviz.blocks.sizes import Dim
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("shape")
def Identity() -> nn.Module:
    """Hands its input on as it is.

    y = x
    dx = dy
    """
    return nn.Identity()


@BLOCKS.add("shape")
def Flatten(start_dim: Dim = 1, end_dim: Dim = -1) -> nn.Module:
    """Joins dimensions into one; by default all but the batch.

    y = x in a row
    dx = dy in the shape of x
    """
    return nn.Flatten(start_dim, end_dim)


@BLOCKS.add("shape")
def Unflatten(dim: Dim, sizes: tuple[Size, ...]) -> nn.Module:
    """Splits one dimension into several.

    y = x in another shape
    dx = dy in the shape of x
    """
    return nn.Unflatten(dim, sizes)


@BLOCKS.add("shape")
def Reshape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Puts the numbers of each sample into another shape; one size may be -1, which is the rest.

    y = x in another shape
    dx = dy in the shape of x
    """
    return x.reshape(x.shape[0], *shape)


@BLOCKS.add("shape")
def View(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The same memory in another shape, which is given whole, with the batch; one may be -1.

    y = x in another shape
    dx = dy in the shape of x
    """
    return x.view(shape)


@BLOCKS.add("shape")
def Permute(x: Tensor, dims: tuple[Dim, ...]) -> Tensor:
    """Puts the dimensions into another order.

    y = x with its dimensions in the order dims
    dx = dy with its dimensions back in theirs
    """
    return x.permute(dims)


@BLOCKS.add("shape")
def Transpose(x: Tensor, dim0: Dim = -2, dim1: Dim = -1) -> Tensor:
    """Exchanges two dimensions.

    y = xᵀ
    dx = dyᵀ
    """
    return x.transpose(dim0, dim1)


@BLOCKS.add("shape")
def Squeeze(x: Tensor, dim: Dim) -> Tensor:
    """Takes a dimension of size 1 away; another one stays.

    y = x without the dimension
    dx = dy with it
    """
    return x.squeeze(dim)


@BLOCKS.add("shape")
def Unsqueeze(x: Tensor, dim: Dim) -> Tensor:
    """Adds a dimension of size 1.

    y = x with one more dimension
    dx = dy without it
    """
    return x.unsqueeze(dim)


@BLOCKS.add("shape")
def Expand(x: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Repeats dimensions of size 1 without copying; -1 leaves one as it is.

    y = x again and again
    dx = Σ dy of all the repetitions
    """
    return x.expand(sizes)


@BLOCKS.add("shape")
def Slice(
    x: Tensor, dim: Dim = 1, start: int | None = None, stop: int | None = None, step: Size = 1
) -> Tensor:
    """Keeps a part of a dimension; the rest gets no gradient.

    y = x[start:stop:step] along dim
    dx = dy at that part, else 0
    """
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, stop, step),)]


@BLOCKS.add("shape")
def Select(x: Tensor, dim: Dim = 1, index: int = -1) -> Tensor:
    """Takes one place of a dimension, such as the last step of a sequence.

    y = x[index] along dim
    dx = dy at that place, else 0
    """
    return x.select(dim, index)


@BLOCKS.add("shape")
def Pad(
    x: Tensor,
    padding: tuple[int, ...],
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: float = 0.0,
) -> Tensor:
    """Adds a border: at the left and right of the last dimension, then of the one before it.

    y = x with a border
    dx = dy without it
    """
    return F.pad(x, padding, mode=mode, value=value)


@BLOCKS.add("shape")
def Repeat(x: Tensor, sizes: tuple[Size, ...]) -> Tensor:
    """Lays copies of the whole tensor beside each other, so many along each dimension.

    y = x again and again
    dx = Σ dy of all the repetitions
    """
    return x.repeat(sizes)


@BLOCKS.add("shape")
def Tril(x: Tensor, diagonal: int = 0) -> Tensor:
    """Keeps the lower triangle of each matrix and puts 0 above it: what lies behind.

    y = x at and below the diagonal, else 0
    dx = dy there, else 0
    """
    return torch.tril(x, diagonal)


@BLOCKS.add("shape")
def Triu(x: Tensor, diagonal: int = 0) -> Tensor:
    """Keeps the upper triangle of each matrix and puts 0 below it: what lies ahead.

    y = x at and above the diagonal, else 0
    dx = dy there, else 0
    """
    return torch.triu(x, diagonal)


@BLOCKS.add("shape")
def Flip(x: Tensor, dims: tuple[Dim, ...]) -> Tensor:
    """Turns the order along some dimensions around.

    y = x backwards
    dx = dy backwards
    """
    return x.flip(dims)


@BLOCKS.add("shape")
def Roll(x: Tensor, shift: int, dim: Dim = -1) -> Tensor:
    """Moves the numbers along a dimension; what falls out comes in at the other end.

    y = x moved by shift
    dx = dy moved back
    """
    return torch.roll(x, shift, dim)
