# ruff: noqa: N803 - the names of settings are those of torch
"""Schedulers: how the learning rate changes from step to step. η₀ is what it began with."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch.optim import Optimizer, lr_scheduler

from gradviz.blocks.sizes import Count, NotNegative, Positive
from gradviz.blocks.tables import SCHEDULERS
from gradviz.spec.model import Size

Scheduler = lr_scheduler.LRScheduler
Part = Annotated[float, Meta(gt=0, le=1)]
Decay = Annotated[float, Meta(ge=0, lt=1)]


@SCHEDULERS.add(given=("optimizer",))
def StepLR(optimizer: Optimizer, step_size: Size, gamma: Positive = 0.1) -> Scheduler:
    """A stair: every so many steps times gamma.

    η = η₀ · gamma^⌊t / step_size⌋
    """
    return lr_scheduler.StepLR(optimizer, step_size=step_size, gamma=gamma)


@SCHEDULERS.add(given=("optimizer",))
def MultiStepLR(
    optimizer: Optimizer, milestones: tuple[Count, ...], gamma: Positive = 0.1
) -> Scheduler:
    """A stair whose edges are given.

    η = η₀ · gamma^(milestones behind us)
    """
    return lr_scheduler.MultiStepLR(optimizer, milestones=milestones, gamma=gamma)


@SCHEDULERS.add(given=("optimizer",))
def ConstantLR(optimizer: Optimizer, factor: Part = 1 / 3, total_iters: Count = 5) -> Scheduler:
    """A part of the learning rate for the first steps, then all of it.

    η = η₀ · factor while t < total_iters, then η₀
    """
    return lr_scheduler.ConstantLR(optimizer, factor=factor, total_iters=total_iters)


@SCHEDULERS.add(given=("optimizer",))
def LinearLR(
    optimizer: Optimizer,
    start_factor: Part = 1 / 3,
    end_factor: Annotated[float, Meta(ge=0, le=1)] = 1.0,
    total_iters: Size = 5,
) -> Scheduler:
    """A straight line: a warm-up, or a cool-down.

    η = η₀ · (start + (end - start) · min(t / total_iters, 1))
    """
    return lr_scheduler.LinearLR(
        optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters
    )


@SCHEDULERS.add(given=("optimizer",))
def ExponentialLR(optimizer: Optimizer, gamma: Positive = 0.9) -> Scheduler:
    """Times gamma in each step.

    η = η₀ · gammaᵗ
    """
    return lr_scheduler.ExponentialLR(optimizer, gamma=gamma)


@SCHEDULERS.add(given=("optimizer",))
def PolynomialLR(optimizer: Optimizer, total_iters: Size = 5, power: Positive = 1.0) -> Scheduler:
    """Down to 0 along a power.

    η = η₀ · (1 - t / total_iters)^power
    """
    return lr_scheduler.PolynomialLR(optimizer, total_iters=total_iters, power=power)


@SCHEDULERS.add(given=("optimizer",))
def CosineAnnealingLR(optimizer: Optimizer, T_max: Size, eta_min: NotNegative = 0.0) -> Scheduler:
    """Down along half a cosine wave.

    η = eta_min + (η₀ - eta_min) · (1 + cos(π · t / T_max)) / 2
    """
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=T_max, eta_min=eta_min)


@SCHEDULERS.add(given=("optimizer",))
def CosineAnnealingWarmRestarts(
    optimizer: Optimizer, T_0: Size, T_mult: Size = 1, eta_min: NotNegative = 0.0
) -> Scheduler:
    """Down along half a cosine wave, then up again at once.

    η = eta_min + (η₀ - eta_min) · (1 + cos(π · t' / T)) / 2, t' since the last restart
    """
    return lr_scheduler.CosineAnnealingWarmRestarts(
        optimizer, T_0=T_0, T_mult=T_mult, eta_min=eta_min
    )


@SCHEDULERS.add(given=("optimizer",))
def CyclicLR(
    optimizer: Optimizer,
    base_lr: NotNegative,
    max_lr: NotNegative,
    step_size_up: Size = 2000,
    step_size_down: Size | None = None,
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
    gamma: Positive = 1.0,
    cycle_momentum: bool = False,
    base_momentum: Decay = 0.8,
    max_momentum: Decay = 0.9,
) -> Scheduler:
    """Up and down between two bounds, over and over.

    η = base_lr + (max_lr - base_lr) · (height of the triangle at t)
    """
    return lr_scheduler.CyclicLR(
        optimizer,
        base_lr=base_lr,
        max_lr=max_lr,
        step_size_up=step_size_up,
        step_size_down=step_size_down,
        mode=mode,
        gamma=gamma,
        cycle_momentum=cycle_momentum,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
    )


@SCHEDULERS.add(given=("optimizer",))
def OneCycleLR(
    optimizer: Optimizer,
    max_lr: Positive,
    total_steps: Size,
    pct_start: Annotated[float, Meta(ge=0, le=1)] = 0.3,
    anneal_strategy: Literal["cos", "linear"] = "cos",
    cycle_momentum: bool = True,
    div_factor: Positive = 25.0,
    final_div_factor: Positive = 1e4,
    base_momentum: Decay = 0.85,
    max_momentum: Decay = 0.95,
    three_phase: bool = False,
) -> Scheduler:
    """Once up and once down, far below the beginning (Smith, Topin 2018).

    η rises from max_lr / div_factor to max_lr, and falls to a final_div_factor-th of its start
    """
    return lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=max_lr,
        total_steps=total_steps,
        pct_start=pct_start,
        anneal_strategy=anneal_strategy,
        cycle_momentum=cycle_momentum,
        div_factor=div_factor,
        final_div_factor=final_div_factor,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
        three_phase=three_phase,
    )


@SCHEDULERS.add(given=("optimizer",))
def ReduceLROnPlateau(
    optimizer: Optimizer,
    mode: Literal["min", "max"] = "min",
    factor: Annotated[float, Meta(gt=0, lt=1)] = 0.1,
    patience: Count = 10,
    threshold: NotNegative = 1e-4,
    threshold_mode: Literal["rel", "abs"] = "rel",
    cooldown: Count = 0,
    min_lr: NotNegative = 0.0,
    eps: NotNegative = 1e-8,
) -> Scheduler:
    """Times factor when the loss has not become better for a while.

    η ← η · factor after patience steps without a better loss
    """
    return lr_scheduler.ReduceLROnPlateau(
        optimizer,
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        min_lr=min_lr,
        eps=eps,
    )
