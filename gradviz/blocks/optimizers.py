"""Optimizers: what ``step()`` does with the gradients."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from torch import optim

from gradviz.blocks.tables import OPTIMIZERS, Parameters

NotNegative = Annotated[float, Meta(ge=0)]
Decay = Annotated[float, Meta(ge=0, lt=1)]
Betas = tuple[Decay, Decay]


@OPTIMIZERS.add(given=("params",))
def SGD(
    params: Parameters,
    lr: NotNegative = 1e-3,
    momentum: NotNegative = 0.0,
    weight_decay: NotNegative = 0.0,
    nesterov: bool = False,
) -> optim.Optimizer:
    """p ← p - lr · g, with momentum if wanted."""
    return optim.SGD(params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)


@OPTIMIZERS.add(given=("params",))
def Adam(
    params: Parameters,
    lr: NotNegative = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
) -> optim.Optimizer:
    """Steps of about lr, whatever the gradient's size: divides by its running magnitude."""
    return optim.Adam(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


@OPTIMIZERS.add(given=("params",))
def AdamW(
    params: Parameters,
    lr: NotNegative = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.01,
) -> optim.Optimizer:
    """Adam whose weight decay acts on the parameter, not on the gradient."""
    return optim.AdamW(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


@OPTIMIZERS.add(given=("params",))
def RMSprop(
    params: Parameters,
    lr: NotNegative = 1e-2,
    alpha: Decay = 0.99,
    eps: NotNegative = 1e-8,
    momentum: NotNegative = 0.0,
) -> optim.Optimizer:
    """Divides the gradient by a running mean of its size."""
    return optim.RMSprop(params, lr=lr, alpha=alpha, eps=eps, momentum=momentum)
