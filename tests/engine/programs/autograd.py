"""Programs about autograd: hooks, views, custom functions, checkpoints, backward in backward."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tests.engine.programs.table import Outcome, mlp, program


@program
def double_backward_penalty() -> Outcome:
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(5, 3, requires_grad=True)
    score = model(x).sum()
    (slope,) = torch.autograd.grad(score, x, create_graph=True)
    loss = score + ((slope.norm(dim=1) - 1) ** 2).mean()
    loss.backward()
    optimizer.step()
    return model, [optimizer], [loss, slope, x.grad]


@program
def custom_function() -> Outcome:
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    model = nn.Linear(3, 2)
    loss = Cube.apply(model(torch.randn(4, 3))).sum()
    loss.backward()
    return model, [], [loss]


@program
def checkpointed() -> Outcome:
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Tanh(), nn.Linear(8, 1))
    x = torch.randn(5, 3, requires_grad=True)
    loss = checkpoint(model, x, use_reentrant=False).sum()
    loss.backward()
    again = checkpoint(model, x, use_reentrant=True).sum()
    again.backward()
    return model, [], [loss, again, x.grad]


@program
def in_place_and_views() -> Outcome:
    w = nn.Parameter(torch.randn(4, 4))
    x = torch.randn(4, 4)
    y = x @ w
    y[0].mul_(2)
    y[:, 1] = y[:, 2] * 3
    y.add_(1).relu_()
    z = y.view(16).clone()
    z += torch.ones(16)
    z[3:7].fill_(0)
    shifted = torch.zeros(4, 4)
    torch.add(x, 1, out=shifted)
    loss = (z.view(4, 4) * shifted).sum()
    loss.backward()
    return None, [], [loss, w.grad, shifted, z]


@program
def backward_of_a_vector() -> Outcome:
    model = mlp(3, 5, 2)
    out = model(torch.randn(4, 3))
    out.backward(gradient=torch.randn(4, 2))
    return model, [], [out]


@program
def hooks_of_the_user() -> Outcome:
    model = mlp(3, 5, 5, 2)
    seen: list[Tensor] = []
    model[0].weight.register_hook(lambda grad: grad * 2)

    def halve(parameter: Tensor) -> None:
        parameter.grad.mul_(0.5)

    model[2].weight.register_post_accumulate_grad_hook(halve)
    model[2].register_full_backward_hook(lambda _m, gi, _go: tuple(g * 3 for g in gi))
    model[2].register_full_backward_pre_hook(lambda _m, go: tuple(g + 1 for g in go))
    model[4].register_forward_hook(lambda _m, _i, out: out * 2)
    hidden = model[1](model[0](torch.randn(4, 3)))
    hidden.retain_grad()
    hidden.register_hook(lambda grad: grad.clamp(-0.1, 0.1))
    hidden.register_hook(lambda grad: grad.mul_(2))
    hidden.register_hook(seen.append)
    loss = model[2:](hidden).sum()
    loss.backward()
    return model, [], [loss, hidden.grad, *seen]


@program
def no_grad_detach_and_inference_mode() -> Outcome:
    model = mlp(3, 4, 2)
    x = torch.randn(4, 3)
    with torch.no_grad():
        frozen = model(x)
    with torch.inference_mode():
        inferred = model(x) + 1
    out = model(x)
    loss = (out - frozen).pow(2).sum() + (out.detach() * out).sum() + inferred.sum().item()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.1 * parameter.grad
            parameter.data.mul_(0.9)
    model[0].weight.data = torch.ones_like(model[0].weight)
    return model, [], [loss, frozen, inferred]


@program
def sparse_complex_and_integers() -> Outcome:
    embed = nn.Embedding(9, 3, sparse=True)
    optimizer = torch.optim.SparseAdam(embed.parameters())
    loss = embed(torch.tensor([1, 1, 4])).sum()
    loss.backward()
    optimizer.step()
    z = torch.randn(3, dtype=torch.complex64, requires_grad=True)
    (z * z.conj()).real.sum().backward()
    counts = torch.bincount(torch.tensor([0, 2, 2])).cumsum(0)
    empty = torch.zeros(0, 3, requires_grad=True)
    empty.sum().backward()
    return embed, [optimizer], [loss, z.grad, counts, empty.grad]


@program
def saved_tensors_elsewhere() -> Outcome:
    model = mlp(3, 4, 1)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy().copy(), torch.from_numpy):
        loss = model(torch.randn(4, 3)).tanh().sum()
    loss.backward()
    with torch.autograd.graph.save_on_cpu():
        again = model(torch.randn(4, 3)).exp().sum()
    again.backward()
    return model, [], [loss, again]


@program
def custom_functions_of_every_sort() -> Outcome:
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Tensor:
            return grad * 2

    class Split(torch.autograd.Function):
        @staticmethod
        def forward(x: Tensor, scale: float) -> tuple[Tensor, Tensor]:
            return x * scale, x.argmax()

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.variable = inputs[0]
            ctx.scale = inputs[1]
            ctx.mark_non_differentiable(output[1])

        @staticmethod
        def backward(ctx: Any, grad: Tensor, _none: Any) -> tuple[Tensor, None]:
            with torch.enable_grad():
                x = ctx.variable.detach().requires_grad_()
                (inner,) = torch.autograd.grad((x**2).sum(), x)
            return grad * ctx.scale + 0 * inner, None

    w = nn.Parameter(torch.randn(3))
    y, place = Split.apply(Twice.apply(w * 1), 3.0)
    loss = y.sum() + checkpoint(lambda v: (v * w).sum(), y, use_reentrant=True)
    loss.backward()
    return None, [], [loss, place, w.grad]


@program
def a_backward_inside_a_hook() -> Outcome:
    w = nn.Parameter(torch.randn(3))
    shared = w * 2
    inner = (shared**2).sum()
    seen: list[Tensor] = []

    def hook(grad: Tensor) -> None:
        seen.extend(torch.autograd.grad(inner, shared, retain_graph=True))
        inner.backward(retain_graph=True)

    outer = shared.exp()
    outer.register_hook(hook)
    outer.sum().backward()
    return None, [], [w.grad, *seen]


@program
def edges_views_and_leaves_as_roots() -> Outcome:
    w = nn.Parameter(torch.randn(4, 3))
    top, *rest = (w * 2).unbind()
    column = (w * 3)[:, 1]
    column.add_(1)
    edge = torch.autograd.graph.get_gradient_edge(column)
    grads = torch.autograd.grad(edge, w, torch.ones(4))
    w.sum().backward()
    w.backward(torch.ones(4, 3))
    base = w * 1
    a, b = base.unbind(1)[:2]
    base.mul_(2)
    with torch.no_grad():
        total = a.sum() + b
    (top + sum(rest)).prod().backward()
    return None, [], [*grads, w.grad, total, base]
