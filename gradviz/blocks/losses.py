"""Losses: from the model's result x and the target t to one number."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from msgspec import Meta
from torch import nn

from gradviz.blocks.sizes import NotNegative, Positive
from gradviz.blocks.tables import LOSSES

Reduction = Literal["mean", "sum"]
Weights = tuple[float, ...] | None
"""How much each class counts."""


@LOSSES.add("classification")
def CrossEntropyLoss(
    reduction: Reduction = "mean",
    label_smoothing: Annotated[float, Meta(ge=0, le=1)] = 0.0,
    ignore_index: int = -100,
    weight: Weights = None,
) -> nn.Module:
    """How surprised the model is by the class: scores (N, C) as they come, class numbers (N,) as
    int64.

    L = -ln softmax(x)[t]
    dx = (softmax(x) - onehot(t)) / N
    """
    return nn.CrossEntropyLoss(
        reduction=reduction,
        label_smoothing=label_smoothing,
        ignore_index=ignore_index,
        weight=None if weight is None else torch.tensor(weight),
    )


@LOSSES.add("classification")
def NLLLoss(
    reduction: Reduction = "mean", ignore_index: int = -100, weight: Weights = None
) -> nn.Module:
    """CrossEntropyLoss behind a LogSoftmax: log-probabilities (N, C) and class numbers (N,).

    L = -x[t]
    dx = -1 / N at the class, else 0
    """
    return nn.NLLLoss(
        reduction=reduction,
        ignore_index=ignore_index,
        weight=None if weight is None else torch.tensor(weight),
    )


@LOSSES.add("classification")
def BCELoss(reduction: Reduction = "mean") -> nn.Module:
    """Two-class cross entropy on probabilities, as a Sigmoid gives them; the target is 0 or 1.

    L = -(t · ln x + (1 - t) · ln(1 - x))
    dx = (x - t) / (x · (1 - x)) / n
    """
    return nn.BCELoss(reduction=reduction)


@LOSSES.add("classification")
def BCEWithLogitsLoss(reduction: Reduction = "mean", pos_weight: Weights = None) -> nn.Module:
    """Two-class cross entropy on scores; the target is 0 or 1 as a float of the same shape.

    L = -(t · ln σ(x) + (1 - t) · ln(1 - σ(x)))
    dx = (σ(x) - t) / n
    """
    return nn.BCEWithLogitsLoss(
        reduction=reduction, pos_weight=None if pos_weight is None else torch.tensor(pos_weight)
    )


@LOSSES.add("classification")
def MultiMarginLoss(
    p: Literal[1, 2] = 1,
    margin: float = 1.0,
    reduction: Reduction = "mean",
    weight: Weights = None,
) -> nn.Module:
    """Hinge loss of several classes: every other score shall be lower by a margin.

    L = Σ max(0, margin - x[t] + x[i])^p / C over i ≠ t
    dx = ±1 / (N · C) where the margin is missed, for p 1
    """
    return nn.MultiMarginLoss(
        p,
        margin=margin,
        reduction=reduction,
        weight=None if weight is None else torch.tensor(weight),
    )


@LOSSES.add("classification")
def SoftMarginLoss(reduction: Reduction = "mean") -> nn.Module:
    """Two classes, named -1 and 1.

    L = ln(1 + e^(-t · x))
    dx = -t / (1 + e^(t · x)) / n
    """
    return nn.SoftMarginLoss(reduction=reduction)


@LOSSES.add("classification")
def HingeEmbeddingLoss(margin: float = 1.0, reduction: Reduction = "mean") -> nn.Module:
    """For distances: small where the target is 1, larger than a margin where it is -1.

    L = x where t is 1, max(0, margin - x) where it is -1
    dx = 1 / n where t is 1, -1 / n where it is -1 and x below the margin
    """
    return nn.HingeEmbeddingLoss(margin, reduction=reduction)


@LOSSES.add("classification")
def MultiLabelSoftMarginLoss(reduction: Reduction = "mean") -> nn.Module:
    """Several classes may be right at once: a two-class cross entropy for each.

    L = -Σ (t · ln σ(x) + (1 - t) · ln(1 - σ(x))) / C
    dx = (σ(x) - t) / (N · C)
    """
    return nn.MultiLabelSoftMarginLoss(reduction=reduction)


@LOSSES.add("regression")
def MSELoss(reduction: Reduction = "mean") -> nn.Module:
    """The square of the difference; both must have the same shape.

    L = (x - t)²
    dx = 2 · (x - t) / n
    """
    return nn.MSELoss(reduction=reduction)


@LOSSES.add("regression")
def L1Loss(reduction: Reduction = "mean") -> nn.Module:
    """The difference without its sign; both must have the same shape.

    L = |x - t|
    dx = sign(x - t) / n
    """
    return nn.L1Loss(reduction=reduction)


@LOSSES.add("regression")
def SmoothL1Loss(reduction: Reduction = "mean", beta: Positive = 1.0) -> nn.Module:
    """Square near 0 and straight beyond beta.

    L = (x - t)² / (2 · beta) where |x - t| < beta, else |x - t| - beta / 2
    dx = (x - t) / beta / n there, else sign(x - t) / n
    """
    return nn.SmoothL1Loss(reduction=reduction, beta=beta)


@LOSSES.add("regression")
def HuberLoss(reduction: Reduction = "mean", delta: Positive = 1.0) -> nn.Module:
    """Square near 0 and straight beyond delta, so that outliers do not pull so hard.

    L = (x - t)² / 2 where |x - t| < delta, else delta · (|x - t| - delta / 2)
    dx = (x - t) / n there, else delta · sign(x - t) / n
    """
    return nn.HuberLoss(reduction=reduction, delta=delta)


@LOSSES.add("distributions")
def KLDivLoss(
    reduction: Literal["batchmean", "mean", "sum"] = "batchmean", log_target: bool = False
) -> nn.Module:
    """How far two distributions lie apart: x holds log-probabilities, t probabilities.

    L = Σ t · (ln t - x) / N
    dx = -t / N
    """
    return nn.KLDivLoss(reduction=reduction, log_target=log_target)


@LOSSES.add("distributions")
def PoissonNLLLoss(
    log_input: bool = True,
    full: bool = False,
    eps: NotNegative = 1e-8,
    reduction: Reduction = "mean",
) -> nn.Module:
    """For counts: x is the logarithm of the rate.

    L = eˣ - t · x
    dx = (eˣ - t) / n
    """
    return nn.PoissonNLLLoss(log_input, full=full, eps=eps, reduction=reduction)
