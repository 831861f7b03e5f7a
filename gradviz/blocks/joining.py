"""Operations that join tensors, take them apart, and pick numbers out of them."""

from __future__ import annotations

import torch
from torch import Tensor

from gradviz.blocks.sizes import Dim
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("joining")
def Concat(*tensors: Tensor, dim: Dim = 1) -> Tensor:
    """Puts tensors one behind the other along a dimension; each gets its part of the gradient.

    y = [a, b, …]
    da = the part of dy that a is
    """
    return torch.cat(tensors, dim=dim)


@BLOCKS.add("joining")
def Stack(*tensors: Tensor, dim: Dim = 1) -> Tensor:
    """Lays tensors of one shape on each other along a dimension that is added.

    y = [a, b, …]
    da = the part of dy that a is
    """
    return torch.stack(tensors, dim=dim)


@BLOCKS.add("joining", outputs="first, second")
def Split(x: Tensor, size: Size, dim: Dim = 1) -> tuple[Tensor, ...]:
    """Takes a tensor apart in two: the first has the given size, the second the rest.

    first, second = x[:size], x[size:] along dim
    dx = [dfirst, dsecond]
    """
    return torch.split(x, [size, x.shape[dim] - size], dim=dim)


@BLOCKS.add("joining", outputs="first, second")
def SplitTwo(x: Tensor, dim: Dim = 1) -> tuple[Tensor, ...]:
    """Takes a tensor apart in two halves, such as two batches that went through one layer as one.

    first, second = the halves of x along dim
    dx = [dfirst, dsecond]
    """
    return torch.chunk(x, 2, dim=dim)


@BLOCKS.add("joining", outputs="q, k, v")
def SplitThree(x: Tensor, dim: Dim = -1) -> tuple[Tensor, ...]:
    """Takes a tensor apart in three of one size, such as query, key and value.

    q, k, v = the thirds of x along dim
    dx = [dq, dk, dv]
    """
    return torch.chunk(x, 3, dim=dim)


@BLOCKS.add("joining")
def Gather(x: Tensor, index: Tensor, dim: Dim = 1) -> Tensor:
    """Picks numbers along a dimension by their places, which come as whole numbers.

    y[i, j] = x[i, index[i, j]]
    dx = Σ dy of the places that picked it
    """
    return torch.gather(x, dim, index)


@BLOCKS.add("joining")
def Diagonal(x: Tensor) -> Tensor:
    """The diagonal of each matrix of a stack (A, B, C), picked by gather: (A, min(B, C)).

    yₐᵢ = xₐᵢᵢ
    dxₐᵢᵢ = dyₐᵢ, else 0
    """
    count = min(x.shape[1], x.shape[2])
    places = torch.arange(count, device=x.device).expand(x.shape[0], count)
    return torch.gather(x[:, :count], 2, places.unsqueeze(2)).squeeze(2)


@BLOCKS.add("joining")
def Detach(x: Tensor) -> Tensor:
    """Hands the numbers on and cuts the graph: no gradient comes back through here.

    y = x
    dx = nothing
    """
    return x.detach()


@BLOCKS.add("joining")
def OneHot(x: Tensor, num_classes: Size) -> Tensor:
    """A row of zeros for each whole number, with a 1 at its place.

    y[i] = 1 where i is x, else 0
    dx = nothing: whole numbers have no gradient
    """
    return torch.nn.functional.one_hot(x, num_classes).float()
