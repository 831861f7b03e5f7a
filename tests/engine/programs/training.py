"""Programs about training: optimizers, several losses, accumulation, precision, loaders."""

from __future__ import annotations

import contextlib

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tests.engine.programs.table import Outcome, mlp, program


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
