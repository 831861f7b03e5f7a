"""Losses: from the model's result and the target to one number."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch import nn

from gradviz.blocks.tables import LOSSES

Reduction = Literal["mean", "sum"]


@LOSSES.add("classification")
def CrossEntropyLoss(
    reduction: Reduction = "mean",
    label_smoothing: Annotated[float, Meta(ge=0, le=1)] = 0.0,
) -> nn.Module:
    """-log softmax(scores)[class]: scores (N, C) as they come, class numbers (N,) as int64."""
    return nn.CrossEntropyLoss(reduction=reduction, label_smoothing=label_smoothing)


@LOSSES.add("classification")
def NLLLoss(reduction: Reduction = "mean") -> nn.Module:
    """-log p[class]: wants log-probabilities (N, C) and class numbers (N,)."""
    return nn.NLLLoss(reduction=reduction)


@LOSSES.add("classification")
def BCEWithLogitsLoss(reduction: Reduction = "mean") -> nn.Module:
    """Two-class cross entropy on scores; the target is 0 or 1 as a float of the same shape."""
    return nn.BCEWithLogitsLoss(reduction=reduction)


@LOSSES.add("regression")
def MSELoss(reduction: Reduction = "mean") -> nn.Module:
    """(prediction - target)²; both must have the same shape."""
    return nn.MSELoss(reduction=reduction)


@LOSSES.add("regression")
def L1Loss(reduction: Reduction = "mean") -> nn.Module:
    """|prediction - target|; both must have the same shape."""
    return nn.L1Loss(reduction=reduction)
