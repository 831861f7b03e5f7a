"""Operations that make one number of many."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradviz.blocks.sizes import Dim, Dims, NotNegative, Positive
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
def LogSumExp(x: Tensor, dim: Dim | tuple[Dim, ...] = -1, keepdim: bool = False) -> Tensor:
    """A smooth maximum: the logarithm of the sum of the exponentials, without its rounding errors.

    y = ln Σ eˣ
    dx = dy · softmax(x)
    """
    return torch.logsumexp(x, dim=dim, keepdim=keepdim)


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
    dx = nothing: the place does not change with x
    """
    return torch.argmax(x, dim=dim, keepdim=keepdim)


@BLOCKS.add("reducing")
def CumulativeSum(x: Tensor, dim: Dim = -1) -> Tensor:
    """The sum of all numbers up to each, along a dimension.

    yᵢ = x₁ + … + xᵢ
    dxᵢ = dyᵢ + … + dyₙ
    """
    return torch.cumsum(x, dim=dim)


@BLOCKS.add("reducing")
def Normalize(x: Tensor, p: Positive = 2.0, dim: Dim = 1) -> Tensor:
    """Makes the vectors along a dimension 1 long: only their direction is left.

    y = x / ‖x‖
    dx = (dy - y · Σ dy · y) / ‖x‖, for p 2
    """
    return F.normalize(x, p=p, dim=dim)


@BLOCKS.add("reducing", inputs=("x1", "x2"), wants="two tensors of one shape")
def CosineSimilarity(dim: Dim = 1, eps: Positive = 1e-8) -> nn.Module:
    """How far two vectors point the same way: 1 if they do, 0 at a right angle, -1 if opposite.

    y = Σ x1 · x2 / (‖x1‖ · ‖x2‖)
    dx1 = dy · (x2 / ‖x2‖ - y · x1 / ‖x1‖) / ‖x1‖
    """
    return nn.CosineSimilarity(dim=dim, eps=eps)


@BLOCKS.add("reducing", inputs=("x1", "x2"), wants="two tensors of one shape")
def PairwiseDistance(
    p: Positive = 2.0, eps: NotNegative = 1e-6, keepdim: bool = False
) -> nn.Module:
    """How far two vectors lie apart, pair by pair.

    y = ‖x1 - x2 + eps‖
    dx1 = dy · (x1 - x2 + eps) / y, for p 2
    dx2 = -dx1
    """
    return nn.PairwiseDistance(p=p, eps=eps, keepdim=keepdim)
