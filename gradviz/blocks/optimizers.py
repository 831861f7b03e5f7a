"""Optimizers: what ``step()`` does with the gradients. All of `torch.optim`.

In the formulas p is a parameter, g its gradient, t the number of the step.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch import optim

from gradviz.blocks.sizes import NotNegative, Positive
from gradviz.blocks.tables import OPTIMIZERS, Parameters
from gradviz.spec.model import Size

Decay = Annotated[float, Meta(ge=0, lt=1)]
Rounds = Annotated[int, Meta(ge=1, le=10_000)]
Betas = tuple[Decay, Decay]


@OPTIMIZERS.add(given=("params",))
def SGD(
    params: Parameters,
    lr: NotNegative = 1e-3,
    momentum: NotNegative = 0.0,
    dampening: float = 0.0,
    weight_decay: NotNegative = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Against the gradient, with momentum if wanted.

    b ← momentum · b + (1 - dampening) · g
    p ← p - lr · b
    """
    return optim.SGD(
        params,
        lr=lr,
        momentum=momentum,
        dampening=dampening,
        weight_decay=weight_decay,
        nesterov=nesterov,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def Adam(
    params: Parameters,
    lr: NotNegative = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Steps of about lr, whatever the size of the gradient: divides by its running magnitude.

    m ← β₁ · m + (1 - β₁) · g
    v ← β₂ · v + (1 - β₂) · g²
    p ← p - lr · m̂ / (√v̂ + eps), m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)
    """
    return optim.Adam(
        params,
        lr=lr,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
        amsgrad=amsgrad,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def AdamW(
    params: Parameters,
    lr: NotNegative = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.01,
    amsgrad: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam whose weight decay acts on the parameter, not on the gradient.

    p ← p - lr · weight_decay · p
    p ← p - lr · m̂ / (√v̂ + eps), m̂ and v̂ as in Adam
    """
    return optim.AdamW(
        params,
        lr=lr,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
        amsgrad=amsgrad,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def NAdam(
    params: Parameters,
    lr: NotNegative = 2e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
    momentum_decay: NotNegative = 4e-3,
    decoupled_weight_decay: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam that looks ahead as Nesterov's momentum does.

    μₜ = β₁ · (1 - 0.96^(t · momentum_decay) / 2)
    p ← p - lr · (μₜ₊₁ · m̂ + (1 - μₜ) · ĝ) / (√v̂ + eps)
    """
    return optim.NAdam(
        params,
        lr=lr,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
        momentum_decay=momentum_decay,
        decoupled_weight_decay=decoupled_weight_decay,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def RAdam(
    params: Parameters,
    lr: NotNegative = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
    decoupled_weight_decay: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam that warms up by itself: while little is known of v it takes steps of momentum alone.

    p ← p - lr · r · m̂ / (√v̂ + eps), or p - lr · m̂ in the first steps
    """
    return optim.RAdam(
        params,
        lr=lr,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
        decoupled_weight_decay=decoupled_weight_decay,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def Adamax(
    params: Parameters,
    lr: NotNegative = 2e-3,
    betas: Betas = (0.9, 0.999),
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam that divides by the largest gradient of late instead of the mean square.

    u ← max(β₂ · u, |g| + eps)
    p ← p - lr · m̂ / u
    """
    return optim.Adamax(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize
    )


@OPTIMIZERS.add(given=("params",))
def SparseAdam(
    params: Parameters,
    lr: Positive = 1e-3,
    betas: Betas = (0.9, 0.999),
    eps: Positive = 1e-8,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam for sparse gradients, as an Embedding with sparse gives them: only rows that were used.

    p ← p - lr · m̂ / (√v̂ + eps) in the rows that have a gradient
    """
    return optim.SparseAdam(params, lr=lr, betas=betas, eps=eps, maximize=maximize)


@OPTIMIZERS.add(given=("params",))
def RMSprop(
    params: Parameters,
    lr: NotNegative = 1e-2,
    alpha: Decay = 0.99,
    eps: NotNegative = 1e-8,
    weight_decay: NotNegative = 0.0,
    momentum: NotNegative = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> optim.Optimizer:
    """Divides the gradient by a running mean of its size.

    v ← alpha · v + (1 - alpha) · g²
    p ← p - lr · g / (√v + eps)
    """
    return optim.RMSprop(
        params,
        lr=lr,
        alpha=alpha,
        eps=eps,
        weight_decay=weight_decay,
        momentum=momentum,
        centered=centered,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def Adagrad(
    params: Parameters,
    lr: NotNegative = 1e-2,
    lr_decay: NotNegative = 0.0,
    weight_decay: NotNegative = 0.0,
    initial_accumulator_value: NotNegative = 0.0,
    eps: NotNegative = 1e-10,
    maximize: bool = False,
) -> optim.Optimizer:
    """Divides by the sum of all squared gradients so far, so that steps only get smaller.

    s ← s + g²
    p ← p - lr / (1 + (t - 1) · lr_decay) · g / (√s + eps)
    """
    return optim.Adagrad(
        params,
        lr=lr,
        lr_decay=lr_decay,
        weight_decay=weight_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=eps,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def Adadelta(
    params: Parameters,
    lr: NotNegative = 1.0,
    rho: Decay = 0.9,
    eps: NotNegative = 1e-6,
    weight_decay: NotNegative = 0.0,
    maximize: bool = False,
) -> optim.Optimizer:
    """Steps as large as the last ones were, for the gradient's size: needs no learning rate.

    v ← rho · v + (1 - rho) · g²
    Δ = √(u + eps) / √(v + eps) · g
    u ← rho · u + (1 - rho) · Δ²
    p ← p - lr · Δ
    """
    return optim.Adadelta(
        params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize
    )


@OPTIMIZERS.add(given=("params",))
def Adafactor(
    params: Parameters,
    lr: NotNegative = 1e-2,
    beta2_decay: Annotated[float, Meta(le=0)] = -0.8,
    eps: tuple[NotNegative | None, NotNegative] = (None, 1e-3),
    d: Annotated[float, Meta(ge=1)] = 1.0,
    weight_decay: NotNegative = 0.0,
    maximize: bool = False,
) -> optim.Optimizer:
    """Adam that keeps only the row and column sums of v: little memory for large matrices.

    v̂ = rows ⊗ columns / Σ rows
    p ← p - α · g / √v̂, never further than d
    """
    return optim.Adafactor(
        params,
        lr=lr,
        beta2_decay=beta2_decay,
        eps=eps,
        d=d,
        weight_decay=weight_decay,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def ASGD(
    params: Parameters,
    lr: NotNegative = 1e-2,
    lambd: NotNegative = 1e-4,
    alpha: NotNegative = 0.75,
    t0: NotNegative = 1e6,
    weight_decay: NotNegative = 0.0,
    maximize: bool = False,
) -> optim.Optimizer:
    """SGD that keeps the mean of the parameters on its way, too.

    p ← p · (1 - lambd · η) - η · g, η = lr / (1 + lambd · lr · t)^alpha
    """
    return optim.ASGD(
        params,
        lr=lr,
        lambd=lambd,
        alpha=alpha,
        t0=t0,
        weight_decay=weight_decay,
        maximize=maximize,
    )


@OPTIMIZERS.add(given=("params",))
def Rprop(
    params: Parameters,
    lr: NotNegative = 1e-2,
    etas: tuple[Positive, Positive] = (0.5, 1.2),
    step_sizes: tuple[Positive, Positive] = (1e-6, 50.0),
    maximize: bool = False,
) -> optim.Optimizer:
    """Looks at the sign of the gradient alone; steps grow while it stays. For whole batches.

    s ← s · 1.2 where g has the sign that it had, s · 0.5 where it changed
    p ← p - s · sign(g)
    """
    return optim.Rprop(params, lr=lr, etas=etas, step_sizes=step_sizes, maximize=maximize)


@OPTIMIZERS.add(given=("params",))
def LBFGS(
    params: Parameters,
    lr: NotNegative = 1.0,
    max_iter: Rounds = 20,
    max_eval: Rounds | None = None,
    tolerance_grad: NotNegative = 1e-7,
    tolerance_change: NotNegative = 1e-9,
    history_size: Size = 100,
    line_search_fn: Literal["strong_wolfe"] | None = None,
) -> optim.Optimizer:
    """Guesses the curvature from the last gradients; asks for the loss several times a step.

    p ← p - lr · H · g, H the curvature's inverse as far as it is known
    """
    return optim.LBFGS(
        params,
        lr=lr,
        max_iter=max_iter,
        max_eval=max_eval,
        tolerance_grad=tolerance_grad,
        tolerance_change=tolerance_change,
        history_size=history_size,
        line_search_fn=line_search_fn,
    )


if hasattr(optim, "Muon"):  # since torch 2.9

    @OPTIMIZERS.add(given=("params",))
    def Muon(
        params: Parameters,
        lr: NotNegative = 1e-3,
        weight_decay: NotNegative = 0.1,
        momentum: NotNegative = 0.95,
        nesterov: bool = True,
        eps: Positive = 1e-7,
        ns_steps: Size = 5,
        adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = None,
    ) -> optim.Optimizer:
        """For matrices alone: makes the momentum orthogonal, so that all directions move alike.

        b ← momentum · b + (1 - momentum) · g
        p ← p - lr · (weight_decay · p + U · Vᵀ), b = U · S · Vᵀ
        """
        return optim.Muon(
            params,
            lr=lr,
            weight_decay=weight_decay,
            momentum=momentum,
            nesterov=nesterov,
            eps=eps,
            ns_steps=ns_steps,
            adjust_lr_fn=adjust_lr_fn,
        )
