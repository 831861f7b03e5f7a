"""Layers that multiply by a matrix, and those that look numbers up in one."""

from __future__ import annotations

from typing import Literal

from torch import nn

from gradviz.blocks.mylinear import MyLinear as MyLinearModule
from gradviz.blocks.sizes import Count, Positive
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("layers", wants="(*, {in_features})")
def Linear(in_features: Size, out_features: Size, bias: bool = True) -> nn.Module:
    """Every output looks at every input.

    y = x · Wᵀ + b
    dx = dy · W
    dW = dyᵀ · x
    db = Σ dy over the batch
    """
    return nn.Linear(in_features, out_features, bias=bias)


@BLOCKS.add("layers", wants="(*, {in_features})")
def MyLinear(in_features: Size, out_features: Size) -> nn.Module:
    """A linear layer written by hand, with its two Parameters in sight.

    y = x · w + b
    dx = dy · wᵀ
    dw = xᵀ · dy
    db = Σ dy over the batch
    """
    return MyLinearModule(in_features, out_features)


@BLOCKS.add("layers", inputs=("x1", "x2"), wants="(*, {in1_features}) and (*, {in2_features})")
def Bilinear(
    in1_features: Size, in2_features: Size, out_features: Size, bias: bool = True
) -> nn.Module:
    """Every output looks at every pair of inputs, one from each side.

    yₖ = x1ᵀ · Wₖ · x2 + bₖ
    dx1 = Σₖ dyₖ · Wₖ · x2
    dx2 = Σₖ dyₖ · Wₖᵀ · x1
    dWₖ = dyₖ · x1 · x2ᵀ
    """
    return nn.Bilinear(in1_features, in2_features, out_features, bias=bias)


@BLOCKS.add("layers", wants="whole numbers from 0 to {num_embeddings} - 1, of any shape")
def Embedding(
    num_embeddings: Size,
    embedding_dim: Size,
    padding_idx: Count | None = None,
    sparse: bool = False,
    max_norm: Positive | None = None,
    norm_type: Positive = 2.0,
    scale_grad_by_freq: bool = False,
) -> nn.Module:
    """Looks up a learned vector for each number, such as a word's.

    y = weight[x]
    dweight[i] = Σ dy where x = i
    """
    return nn.Embedding(
        num_embeddings,
        embedding_dim,
        padding_idx=padding_idx,
        sparse=sparse,
        max_norm=max_norm,
        norm_type=norm_type,
        scale_grad_by_freq=scale_grad_by_freq,
    )


@BLOCKS.add("layers", wants="(N, T), whole numbers from 0 to {num_embeddings} - 1")
def EmbeddingBag(
    num_embeddings: Size,
    embedding_dim: Size,
    mode: Literal["mean", "sum", "max"] = "mean",
    padding_idx: Count | None = None,
    sparse: bool = False,
    max_norm: Positive | None = None,
    norm_type: Positive = 2.0,
    scale_grad_by_freq: bool = False,
) -> nn.Module:
    """Looks up a learned vector for each number of a row and takes their mean: a bag of words.

    y = mean of weight[x] along the row, or their sum or maximum
    dweight[i] = Σ dy / T where x = i
    """
    return nn.EmbeddingBag(
        num_embeddings,
        embedding_dim,
        mode=mode,
        padding_idx=padding_idx,
        sparse=sparse,
        max_norm=max_norm,
        norm_type=norm_type,
        scale_grad_by_freq=scale_grad_by_freq,
    )
