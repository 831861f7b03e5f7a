"""Operations that make one number of many."""

from __future__ import annotations

import torch
from torch import Tensor

from gradviz.blocks.sizes import Dim, Dims
from gradviz.blocks.tables import BLOCKS


@BLOCKS.add("reducing")
def Sum(x: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Adds up along some dimensions, or all of them.

    y = Σ x
    dx = dy, handed to each
    """
    return torch.sum(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def Mean(x: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """The mean along some dimensions, or all of them.

    y = Σ x / n
    dx = dy / n, handed to each
    """
    return torch.mean(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def Variance(x: Tensor, dim: Dims = None, unbiased: bool = True, keepdim: bool = False) -> Tensor:
    """The mean square of what lies between the numbers and their mean.

    y = Σ (x - mean)² / (n - 1), or / n
    dx = dy · 2 · (x - mean) / (n - 1), or / n
    """
    return torch.var(x, dim=dim, unbiased=unbiased, keepdim=keepdim)


@BLOCKS.add("reducing")
def Norm(x: Tensor, ord: float = 2.0, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """How long the vector of all the numbers is.

    y = (Σ |x|^ord)^(1 / ord)
    dx = dy · x / y, for ord 2
    """
    norm: Tensor = torch.linalg.vector_norm(x, ord=ord, dim=dim, keepdim=keepdim)
    return norm


@BLOCKS.add("reducing")
def Max(x: Tensor, dim: Dim = -1, keepdim: bool = False) -> Tensor:
    """The largest number along a dimension; only that one gets the gradient.

    y = max x
    dx = dy at the largest, shared if there are several; else 0
    """
    return torch.amax(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def Min(x: Tensor, dim: Dim = -1, keepdim: bool = False) -> Tensor:
    """The smallest number along a dimension; only that one gets the gradient.

    y = min x
    dx = dy at the smallest, shared if there are several; else 0
    """
    return torch.amin(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def ArgMax(x: Tensor, dim: Dim = -1, keepdim: bool = False) -> Tensor:
    """Where the largest number is. Whole numbers have no gradient: the graph ends here.

    y = the place of max x
    """
    return torch.argmax(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def CumulativeSum(x: Tensor, dim: Dim = -1) -> Tensor:
    """The sum of all numbers up to each, along a dimension.

    yᵢ = x₁ + … + xᵢ
    dxᵢ = dyᵢ + … + dyₙ
    """
    return torch.cumsum(x, dim=dim)
