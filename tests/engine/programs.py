"""Training programs as people write them, each a function of nothing that returns what it made.

A program builds everything from the present seed and returns ``(model, optimizers, results)``.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, TensorDataset

Outcome = tuple[nn.Module | None, list[torch.optim.Optimizer], list[Tensor]]
PROGRAMS: dict[str, Callable[[], Outcome]] = {}


def program(function: Callable[[], Outcome]) -> Callable[[], Outcome]:
    PROGRAMS[function.__name__] = function
    return function


def mlp(*sizes: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@program
def lbfgs_with_a_closure() -> Outcome:
    model = mlp(3, 4, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=5)
    x, y = torch.randn(8, 3), torch.randn(8, 1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss

    return model, [optimizer], [optimizer.step(closure), optimizer.step(closure)]


@program
def gan_with_two_optimizers() -> Outcome:
    model = nn.ModuleDict({"g": mlp(2, 8, 3), "d": mlp(3, 8, 1)})
    optimizers = {key: torch.optim.Adam(model[key].parameters()) for key in model}
    real, results = torch.randn(6, 3), []
    for _ in range(2):
        fake = model["g"](torch.randn(6, 2))
        optimizers["d"].zero_grad()
        one, zero = torch.ones(6, 1), torch.zeros(6, 1)
        d_loss = F.binary_cross_entropy_with_logits(model["d"](real), one)
        d_loss = d_loss + F.binary_cross_entropy_with_logits(model["d"](fake.detach()), zero)
        d_loss.backward()
        optimizers["d"].step()
        optimizers["g"].zero_grad()
        g_loss = F.binary_cross_entropy_with_logits(model["d"](fake), one)
        g_loss.backward()
        optimizers["g"].step()
        results += [d_loss, g_loss]
    return model, list(optimizers.values()), results


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
def shared_and_reused() -> Outcome:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(7, 4)
            self.cell = nn.Linear(4, 4)
            self.out = nn.Linear(4, 7, bias=False)
            self.out.weight = self.embed.weight

        def forward(self, tokens: Tensor) -> Tensor:
            h = self.embed(tokens)
            for _ in range(3):
                h = torch.tanh(self.cell(h))
            return self.out(h)

    model = Tied()
    optimizer = torch.optim.AdamW(model.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        logits = model(torch.randint(0, 7, (2, 5)))
        loss = F.cross_entropy(logits.flatten(0, 1), torch.randint(0, 7, (10,)))
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss]


@program
def accumulation_clipping_and_a_schedule() -> Outcome:
    model = mlp(4, 6, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    for _ in range(2):
        for _ in range(3):
            loss = F.cross_entropy(model(torch.randn(5, 4)), torch.randint(0, 2, (5,))) / 3
            loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        nn.utils.clip_grad_value_(model.parameters(), 0.01)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=False)
    return model, [optimizer], [loss]


@program
def two_losses_and_retain_graph() -> Outcome:
    model = mlp(3, 5, 2)
    out = model(torch.randn(4, 3))
    a, b = out[:, 0].sum(), out[:, 1].pow(2).sum()
    a.backward(retain_graph=True)
    b.backward(retain_graph=True)
    torch.autograd.backward([a, b])
    return model, [], [a, b]


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
def optimizer_inside_backward() -> Outcome:
    model = mlp(3, 5, 2)
    optimizers = [torch.optim.SGD([p], lr=0.1) for p in model.parameters()]

    for parameter, optimizer in zip(model.parameters(), optimizers, strict=True):

        def after(_p: Tensor, optimizer: torch.optim.Optimizer = optimizer) -> None:
            optimizer.step()
            optimizer.zero_grad()

        parameter.register_post_accumulate_grad_hook(after)
    loss = model(torch.randn(4, 3)).sum()
    loss.backward()
    return model, optimizers, [loss]


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
def autocast_on_cpu() -> Outcome:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(inplace=True))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = model(torch.randn(2, 1, 6, 6))
        loss = out.float().pow(2).mean()
    loss.backward()
    optimizer.step()
    return model, [optimizer], [loss, out]


@program
def recurrent_and_attention() -> Outcome:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(4, 6, num_layers=2, batch_first=True, bidirectional=True)
            self.gru = nn.GRU(12, 6, batch_first=True)
            self.attend = nn.MultiheadAttention(6, 2, batch_first=True)
            self.layer = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)

        def forward(self, x: dict[str, Tensor]) -> dict[str, Tensor]:
            h, (_, cell) = self.lstm(x["x"])
            h, _ = self.gru(h)
            h, weights = self.attend(h, h, h)
            return {"out": self.layer(h), "cell": cell, "weights": weights}

    model = Model()
    optimizer = torch.optim.RMSprop(model.parameters())
    out = model({"x": torch.randn(2, 5, 4)})
    loss = sum(value.pow(2).sum() for value in out.values())
    loss.backward()
    optimizer.step()
    return model, [optimizer], [loss]


@dataclass
class Pair:
    left: Tensor
    right: Tensor


@program
def dataclasses_in_and_out() -> Outcome:
    class Swap(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, pair: Pair, *, scale: float) -> Pair:
            return Pair(self.fc(pair.right) * scale, pair.left)

    model = Swap()
    out = model(Pair(torch.randn(2, 3), torch.randn(2, 3)), scale=2.0)
    loss = (out.left + out.right).sum()
    loss.backward()
    return model, [], [loss]


@program
def errors_that_the_user_catches() -> Outcome:
    model = mlp(3, 4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for width in (3, 2, 3):
        with contextlib.suppress(RuntimeError):
            optimizer.zero_grad()
            loss = model(torch.randn(2, width)).sum()
            loss.backward()
            optimizer.step()
            loss.backward()
    with contextlib.suppress(ValueError):
        optimizer.step(_failing)
    optimizer.step()
    return model, [optimizer], [loss]


def _failing() -> float:
    raise ValueError("closure")


@program
def gradients_set_by_hand() -> Outcome:
    model = mlp(2, 3, 1)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 0.5)
    optimizer.step()
    for parameter in model.parameters():
        parameter.grad += 1
        parameter.grad.zero_()
    optimizer.step()
    model.zero_grad()
    loss = model(torch.ones(1, 2)).sum()
    loss.backward(inputs=[model[0].weight])
    model.load_state_dict({key: value * 2 for key, value in model.state_dict().items()})
    return model, [optimizer], [loss]


@program
def deep_and_wide() -> Outcome:
    w = nn.Parameter(torch.tensor(1.0))
    deep = w
    for _ in range(1500):
        deep = deep * 1.0001
    wide = torch.stack([w * i for i in range(2000)]).sum()
    loss = deep + wide
    loss.backward()
    return None, [], [loss, w.grad]


@program
def resnet_18() -> Outcome:
    class Block(nn.Module):
        def __init__(self, a: int, b: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(b)
            self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(b)
            self.relu = nn.ReLU(inplace=True)
            self.down = nn.Sequential()
            if stride > 1 or a != b:
                self.down = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

        def forward(self, x: Tensor) -> Tensor:
            out = self.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
            out += self.down(x)
            return self.relu(out)

    widths = [4, 8, 16, 32]
    layers: list[nn.Module] = [nn.Conv2d(3, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()]
    for i, width in enumerate(widths):
        layers.append(Block(widths[max(i - 1, 0)], width, 1 if i == 0 else 2))
        layers.append(Block(width, width, 1))
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    for _ in range(2):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(torch.randn(4, 3, 16, 16)), torch.randint(0, 5, (4,)))
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss]


@program
def u_net() -> Outcome:
    def block(a: int, b: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.GroupNorm(2, b), nn.SiLU(True))

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList([block(1, 4), block(4, 8), block(8, 16)])
            self.up = nn.ModuleList(
                [nn.ConvTranspose2d(16, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)]
            )
            self.merge = nn.ModuleList([block(16, 8), block(8, 4)])
            self.out = nn.Conv2d(4, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            passed = []
            for i, down in enumerate(self.down):
                x = down(x if i == 0 else F.max_pool2d(x, 2))
                passed.append(x)
            for up, merge, skip in zip(self.up, self.merge, passed[-2::-1], strict=True):
                x = merge(torch.cat([up(x), skip], dim=1))
            return self.out(x)

    model = UNet()
    optimizer = torch.optim.AdamW(model.parameters())
    for _ in range(2):
        optimizer.zero_grad(set_to_none=False)
        out = model(torch.randn(2, 1, 8, 8))
        loss = F.binary_cross_entropy_with_logits(out, torch.rand(2, 1, 8, 8).round())
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss, out]


@program
def a_small_gpt() -> Outcome:
    class Block(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width), nn.Dropout(0.1)
            )

        def forward(self, x: Tensor) -> Tensor:
            q, k, v = (t.unflatten(-1, (2, -1)).mT for t in self.qkv(self.norm1(x)).chunk(3, -1))
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.1)
            x = x + self.proj(mixed.mT.flatten(-2))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(6, 8)
            self.blocks = nn.Sequential(Block(8), Block(8))
            self.head = nn.Linear(8, 11, bias=False)
            self.head.weight = self.tokens.weight
            self.register_buffer("order", torch.arange(6))

        def forward(self, tokens: Tensor) -> Tensor:
            return self.head(self.blocks(self.tokens(tokens) + self.places(self.order)))

    model = GPT()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=5)
    for _ in range(2):
        tokens = torch.randint(0, 11, (3, 7))
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    return model, [optimizer], [loss, norm]


@program
def a_scaler_an_average_and_anomaly_detection() -> Outcome:
    model = mlp(3, 4, 1)
    average = torch.optim.swa_utils.AveragedModel(model)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    with torch.autograd.set_detect_anomaly(True):
        for _ in range(3):
            optimizer.zero_grad()
            loss = model(torch.randn(4, 3)).pow(2).mean()
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            scaler.step(optimizer)
            scaler.update()
            average.update_parameters(model)
    return model, [optimizer], [loss, *average.parameters()]


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


@program
def modules_made_and_changed_on_the_way() -> Outcome:
    model = nn.Sequential(nn.LazyLinear(4), nn.BatchNorm1d(4), nn.LazyLinear(2))
    model(torch.randn(3, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for round_ in range(3):
        optimizer.zero_grad()
        loss = model(torch.randn(3, 5)).pow(2).sum()
        loss.backward()
        optimizer.step()
        if round_ == 0:
            model[2].weight = nn.Parameter(model[2].weight.detach() * 2)
            optimizer.param_groups[0]["params"] = list(model.parameters())
        if round_ == 1:
            model[1].running_mean = torch.ones(4)
            model[1].reset_running_stats()
            copy.deepcopy(model).requires_grad_(False)
    del model[2].weight.grad
    model.double()
    out = model(torch.randn(3, 5, dtype=torch.float64))
    return model, [optimizer], [loss, out]


@program
def parameters_in_one_piece_of_memory() -> Outcome:
    flat = torch.randn(10)
    first, second = nn.Parameter(flat[:4]), nn.Parameter(flat[4:].view(2, 3))
    optimizer = torch.optim.SGD([first, second], lr=0.1)
    for _ in range(2):
        (first.sum() * second.sum()).backward()
        optimizer.step()
        with torch.no_grad():
            flat[:2] = 0
            first.add_(1)
    return None, [optimizer], [flat, first.grad]


@program
def a_loader_with_workers() -> Outcome:
    data = TensorDataset(torch.randn(6, 3), torch.randint(0, 2, (6,)))
    model = mlp(3, 2)
    for x, y in DataLoader(data, batch_size=3, shuffle=True, num_workers=1):
        loss = F.cross_entropy(model(x), y)
        loss.backward()
    return model, [], [loss]


@program
def ten_thousand_wide() -> Outcome:
    w = nn.Parameter(torch.ones(2))
    loss = torch.stack([w[0]] * 10_000 + [w[1]]).sum()
    loss.backward()
    leaves = [torch.ones((), requires_grad=True) for _ in range(2000)]
    torch.stack(leaves).sum().backward()
    return None, [], [loss, w.grad, leaves[7].grad]
