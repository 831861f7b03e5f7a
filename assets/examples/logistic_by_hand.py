"""Logistic regression with nothing taken for granted: every formula stands here."""

from __future__ import annotations

import torch
from torch import Tensor, nn, optim
from torch.autograd import Function


class _Line(Function):
    """z = x · w + b."""

    @staticmethod
    def forward(ctx, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return x @ w + b

    @staticmethod
    def backward(ctx, dz: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, w = ctx.saved_tensors
        return dz @ w.T, x.T @ dz, dz.sum(0)


class _Logistic(Function):
    """The loss of the probabilities p = σ(z); what is left of its derivative is p - y."""

    @staticmethod
    def forward(ctx, z: Tensor, y: Tensor) -> Tensor:
        p = 1 / (1 + torch.exp(-z))
        ctx.save_for_backward(p, y)
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    @staticmethod
    def backward(ctx, dloss: Tensor) -> tuple[Tensor, None]:
        p, y = ctx.saved_tensors
        return dloss * (p - y) / len(y), None


class LinearByHand(nn.Module):
    """A straight line, with its derivatives written by hand.

    z = x · w + b
    dx = dz · wᵀ
    dw = xᵀ · dz
    db = Σ dz over the batch
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(in_features, 1))
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return _Line.apply(x, self.w, self.b)


class LogisticLoss(nn.Module):
    """How surprised the model is by the class, 0 or 1.

    L = -(y · ln σ(z) + (1 - y) · ln(1 - σ(z)))
    dz = (σ(z) - y) / N
    """

    def forward(self, z: Tensor, target: Tensor) -> Tensor:
        return _Logistic.apply(z, target[:, None].to(z.dtype))


class GradientDescent(optim.Optimizer):
    """Against the gradient, by lr.

    w = w - lr · dw
    """

    def __init__(self, params, lr: float = 0.1) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter -= group["lr"] * parameter.grad
