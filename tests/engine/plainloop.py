"""The loop that a student writes, with the lines of edits at the spots that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from gradviz.spec.edits import GradEdit, ValueEdit

Parts = tuple[nn.Module, Callable[..., Tensor], torch.optim.Optimizer, Iterable[Any]]


class Outcome(NamedTuple):
    """What a run leaves."""

    values: dict[str, Tensor]
    grads: dict[str, Tensor | None]
    state: dict[str, Any]
    losses: list[Tensor]


def run_plain(
    build: Callable[[], Parts],
    rules: Sequence[GradEdit | ValueEdit],
    *,
    iterations: int,
    accumulate: int = 1,
    schedule: Callable[[torch.optim.Optimizer], Any] | None = None,
) -> Outcome:
    """Run the loop without gradviz, each rule by its lines."""
    model, loss_fn, optimizer, loader = build()
    scheduler = None if schedule is None else schedule(optimizer)
    codes = [(rule.as_code(), {"torch": torch, "model": model}) for rule in rules]
    torch.manual_seed(0)
    losses = []
    loop = {"model": model, "optimizer": optimizer}

    def stand(spot: str) -> None:
        for code, names in codes:
            if code.startswith(f"# {spot}"):
                names.update(loop)
                exec(code, names)
                loop.update({name: names[name] for name in ("input", "target") if name in names})

    stand("before the loop")
    for iteration, batch in enumerate(epochs(loader, iterations)):
        *inputs, target = batch
        loop |= {"iteration": iteration, "target": target}
        loop["input"] = inputs if len(inputs) > 1 else inputs[0]
        stand("at the start of each iteration")
        inputs = loop["input"] if len(inputs) > 1 else [loop["input"]]
        if iteration % accumulate == 0:
            optimizer.zero_grad()
        loop["loss"] = loss = loss_fn(model(*inputs), loop["target"])
        losses.append(loss.detach().clone())
        stand("just before loss.backward()")
        loss.backward()
        if (iteration + 1) % accumulate == 0:
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
    return outcome(model, optimizer, losses)


def outcome(model: nn.Module, optimizer: torch.optim.Optimizer, losses: list[Tensor]) -> Outcome:
    values = {name: value.clone() for name, value in model.state_dict().items()}
    grads = {name: parameter.grad for name, parameter in model.named_parameters()}
    return Outcome(values, grads, optimizer.state_dict(), losses)


def epochs(loader: Iterable[Any], iterations: int) -> Iterable[Any]:
    left = iterations
    while left:
        for batch in loader:
            yield batch
            left -= 1
            if not left:
                return


def mlp() -> Parts:
    torch.manual_seed(0)
    model = nn.Sequential()
    model.add_module("fc1", nn.Linear(3, 4))
    model.add_module("act", nn.Tanh())
    model.add_module("fc2", nn.Linear(4, 2))
    data = TensorDataset(torch.randn(8, 3), torch.randn(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, nn.MSELoss(), optimizer, DataLoader(data, batch_size=4)


class Small(nn.Module):
    """A convolutional network whose only ``relu`` is called twice, and whose block adds twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(2)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(2, 2, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(2)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)) + x)
        return self.fc(self.drop((x + x.tanh()).mean((2, 3))))


def cnn() -> Parts:
    torch.manual_seed(0)
    model = Small()
    data = TensorDataset(torch.randn(8, 1, 5, 5), torch.randint(3, (8,)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    return model, nn.CrossEntropyLoss(), optimizer, DataLoader(data, batch_size=4)


class Cross(nn.Module):
    """Two inputs, two outputs, and a weight that both sides share."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(3, 3)
        self.right = nn.Linear(3, 3)
        self.right.weight = self.left.weight

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        mixed = self.left(a) * b
        return mixed * 2, mixed * self.right(b)


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(2, 3)
        self.cross = Cross()

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        return self.cross(self.into(a), self.into(b))


def two() -> Parts:
    """Two backwards go through one graph: one in the loss, and that of the loop."""
    torch.manual_seed(0)
    model = Two()

    def loss_fn(output: tuple[Tensor, Tensor], target: Tensor) -> Tensor:
        first = (output[0] - target).square().mean()
        first.backward(retain_graph=True)
        return first + (output[1] * target).sum()

    data = TensorDataset(torch.randn(8, 2), torch.randn(8, 2), torch.randn(8, 3))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    return model, loss_fn, optimizer, DataLoader(data, batch_size=4)


def penalty() -> Parts:
    """The loss asks for gradients, and is differentiated through them: hooks run twice."""
    model, mse, optimizer, loader = mlp()

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        loss = mse(output, target)
        grads = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
        return loss + sum(grad.square().sum() for grad in grads)

    return model, loss_fn, optimizer, loader
