"""Tensors that a model has of its own."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

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
    dvalue = dy
    """
    return nn.Parameter(getattr(torch, fill)(shape))


Kind: TypeAlias = Literal["float32", "float64", "float16", "bfloat16", "int64", "int32", "bool"]


@BLOCKS.add("sources")
def Constant(shape: tuple[Size, ...] = (), value: float = 0.0, dtype: Kind = "float32") -> Tensor:
    """A tensor of one value that nothing trains. It is saved with the model.

    y = value
    """
    return torch.full(shape, value, dtype=getattr(torch, dtype))


@BLOCKS.add("sources")
def Values(values: list[Any], dtype: Kind = "float32") -> Tensor:
    """A tensor of given numbers that nothing trains, such as a filter. It is saved with the model.

    y = values
    """
    return torch.tensor(values, dtype=getattr(torch, dtype))


@BLOCKS.add("sources")
def Range(stop: int, start: int = 0, step: int = 1, dtype: Kind = "int64") -> Tensor:
    """The numbers from start up to before stop, such as the places of a sequence.

    y = start, start + step, …
    """
    return torch.arange(start, stop, step, dtype=getattr(torch, dtype))


@BLOCKS.add("sources")
def LowerTriangle(shape: tuple[Size, ...], diagonal: int = 0, dtype: Kind = "float32") -> Tensor:
    """Ones in the lower triangle of matrices and zeros above: who may look at whom in a sequence.

    y[i, j] = 1 where j ≤ i + diagonal, else 0
    """
    return torch.ones(shape, dtype=getattr(torch, dtype)).tril(diagonal)


@BLOCKS.add("sources")
def UpperTriangle(shape: tuple[Size, ...], diagonal: int = 0, dtype: Kind = "float32") -> Tensor:
    """Ones in the upper triangle of matrices and zeros below: the mask of a causal attention.

    y[i, j] = 1 where j ≥ i + diagonal, else 0
    """
    return torch.ones(shape, dtype=getattr(torch, dtype)).triu(diagonal)
