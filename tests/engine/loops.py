"""Training loops as people write them, each beside a session over the same parts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset

import gradviz
from gradviz.spec.edits import GradEdit

MAKERS: dict[str, Callable[[], Parts]] = {}


class Parts(NamedTuple):
    """Everything that a loop needs."""

    model: nn.Module
    loss_fn: Callable[[Any, Any], Tensor]
    optimizer: torch.optim.Optimizer
    loader: Any
    scheduler: Any = None
    accumulate: int = 1

    def session(self) -> gradviz.Session:
        return gradviz.Session(
            *self[:4], scheduler=self.scheduler, accumulate=self.accumulate, seed=7
        )


class Augmented(Dataset):
    """Samples whose transforms draw from every global generator, as people write them."""

    def __init__(self, *shape: int, classes: int) -> None:
        self.x = torch.randn(14, *shape)
        self.y = torch.randint(0, classes, (14,))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        x = self.x[index] * random.uniform(0.9, 1.1) + float(np.random.normal(0, 0.1))
        return x + 0.1 * torch.randn(x.shape), self.y[index]


def maker(function: Callable[[], Parts]) -> Callable[[], Parts]:
    def seeded() -> Parts:
        with generators(3):
            return function()

    MAKERS[function.__name__] = seeded
    return seeded


@maker
def mlp_with_dropout() -> Parts:
    model = nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.3), nn.ReLU(), nn.Linear(6, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, amsgrad=True)
    loader = DataLoader(Augmented(4, classes=3), batch_size=4, shuffle=True)
    return Parts(model, nn.CrossEntropyLoss(), optimizer, loader)


@maker
def cnn_with_batchnorm() -> Parts:
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(18, 3)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    loader = DataLoader(Augmented(1, 5, 5, classes=3), batch_size=4, shuffle=True)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=20)
    return Parts(model, nn.CrossEntropyLoss(), optimizer, loader, scheduler)


class Remembering(nn.Module):
    """Its hidden state, a counter, a list and a generator of its own go on from call to call."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 4, num_layers=2, dropout=0.2)
        self.fc = nn.Linear(4, 3)
        self.hidden: Any = None
        self.calls = 0
        self.seen: list[float] = []
        self.own = torch.Generator().manual_seed(1)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        noise = torch.rand(3, generator=self.own)
        steps = x.view(-1, 4, 3).transpose(0, 1) * noise / self.calls
        if self.hidden is None or self.hidden[0].shape[1] != steps.shape[1]:
            self.hidden = None
        out, hidden = self.lstm(steps, self.hidden)
        self.hidden = tuple(part.detach() for part in hidden)
        self.seen.append(float(out.detach().mean()))
        return self.fc(out[-1]) + sum(self.seen)


@maker
def lstm_that_remembers() -> Parts:
    model = Remembering()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01, centered=True, momentum=0.5)
    loader = DataLoader(Augmented(12, classes=3), batch_size=4, shuffle=True)
    chained = [
        lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2),
        lr_scheduler.LambdaLR(optimizer, lambda step: 0.9**step),
    ]
    scheduler = lr_scheduler.ChainedScheduler(chained, optimizer)
    return Parts(model, nn.CrossEntropyLoss(), optimizer, loader, scheduler)


@maker
def accumulating_over_two() -> Parts:
    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=torch.tensor(0.01), foreach=False)
    loader = DataLoader(Augmented(4, classes=3), batch_size=4, shuffle=True)
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    return Parts(model, nn.CrossEntropyLoss(), optimizer, loader, scheduler, accumulate=2)


@maker
def lbfgs_on_a_plateau() -> Parts:
    model = nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.Linear(3, 3))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=3, history_size=4)
    loader = DataLoader(Augmented(4, classes=3), batch_size=4, shuffle=True)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    return Parts(model, nn.CrossEntropyLoss(), optimizer, loader, scheduler)


@maker
def learned_loss_and_warm_up() -> Parts:
    """The loss has a parameter and a counter, the model a frozen layer and one in eval mode."""
    model = nn.Sequential(
        nn.Linear(4, 6), nn.BatchNorm1d(6), nn.PReLU(), nn.Dropout(0.5), nn.Linear(6, 3)
    )
    model[0].requires_grad_(False)
    model[3].eval()

    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.log_scale = nn.Parameter(torch.zeros(()))
            self.register_buffer("mean", torch.zeros(()))

        def forward(self, output: Tensor, target: Tensor) -> Tensor:
            loss = F.cross_entropy(output, target)
            self.mean = 0.9 * self.mean + 0.1 * loss.detach()
            return loss * self.log_scale.exp() - self.log_scale + self.mean

    loss_fn = Scaled()
    trained = [*filter(lambda p: p.requires_grad, model.parameters()), loss_fn.log_scale]
    optimizer = torch.optim.SGD(trained, lr=0.05, momentum=0.5, dampening=0.1)
    loader = DataLoader(Augmented(4, classes=3), batch_size=4, shuffle=True)
    warm_up = lr_scheduler.LinearLR(optimizer, total_iters=2)
    after = lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    scheduler = lr_scheduler.SequentialLR(optimizer, [warm_up, after], milestones=[2])
    return Parts(model, loss_fn, optimizer, loader, scheduler)


def plain(parts: Parts, iterations: int, edits: Sequence[GradEdit] = ()) -> dict[str, Any]:
    """What a loop in plain PyTorch ends in, with the lines of these edits."""
    model, loss_fn, optimizer, loader, scheduler, accumulate = parts
    batches: Iterator[Any] = iter(())
    told: list[Any] = []
    lines = [(edit.as_code(), {"torch": torch, "model": model}) for edit in edits]
    with generators(7):
        for iteration in range(iterations):
            batch = next(batches, None)
            if batch is None:
                batches = iter(loader)
                batch = next(batches)
            x, y = batch
            for code, names in lines:
                if iteration == 0 or not code.startswith("# before the loop"):
                    exec(code, {**names, "iteration": iteration})
            rates = [float(group["lr"]) for group in optimizer.param_groups]
            if isinstance(optimizer, torch.optim.LBFGS):

                def closure(x: Tensor = x, y: Tensor = y) -> Tensor:
                    optimizer.zero_grad()
                    loss = loss_fn(model(x), y)
                    loss.backward()
                    closure.loss = loss
                    return loss

                optimizer.step(closure)
                loss = closure.loss
            else:
                if iteration % accumulate == 0:
                    optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                if (iteration + 1) % accumulate == 0:
                    optimizer.step()
            if scheduler is not None and (iteration + 1) % accumulate == 0:
                if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
                    scheduler.step(loss.item())
                else:
                    scheduler.step()
            told.append((x, y, rates))
        return {**held(parts), "told": told, "random": drawn()}


def held(parts: Parts) -> dict[str, Any]:
    """Copies of everything that the parts of a loop hold."""
    modules = [part for part in parts[:2] if isinstance(part, nn.Module)]
    parameters = [p for module in modules for p in module.parameters()]
    remembered = [vars(module) for module in parts.model.modules()]
    return {
        "params": [p.detach().clone() for p in parameters],
        "grads": [None if p.grad is None else p.grad.clone() for p in parameters],
        "requires_grad": [p.requires_grad for p in parameters],
        "buffers": [b.clone() for module in modules for b in module.buffers()],
        "modes": [module.training for module in parts.model.modules()],
        "optimizer": _copied(parts.optimizer.state_dict()),
        "scheduler": _copied(parts.scheduler.state_dict()) if parts.scheduler else None,
        "attributes": [
            _copied({key: names.get(key) for key in ("hidden", "calls", "seen")})
            for names in remembered
        ],
    }


def drawn() -> list[float]:
    """What the global generators give next."""
    return [*torch.rand(3).tolist(), random.random(), float(np.random.rand())]


@contextmanager
def generators(seed: int) -> Iterator[None]:
    """The block runs from this seed; then all global generators are as they were."""
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        random.setstate(states[1])
        np.random.set_state(states[2])


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return value
