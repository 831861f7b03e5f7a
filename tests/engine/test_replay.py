"""What a replay puts back, what it cannot, and how a difference is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset

import gradviz
from gradviz.errors import TraceError, UsageError
from gradviz.spec.edits import GradEdit
from gradviz.trace.events import (
    BatchFetched,
    Failed,
    GradAccumulated,
    LossComputed,
    OpRan,
    ParamUpdated,
)


def session(model: nn.Module, *, loss_fn: Any = None, loader: Any = None) -> gradviz.Session:
    data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(3)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return gradviz.Session(model, loss_fn or nn.MSELoss(), optimizer, loader or data)


def losses(made: gradviz.Session) -> list[float]:
    events = made.trace.events
    return [made.trace.value(e.value).item() for e in events if isinstance(e, LossComputed)]


class Clock(nn.Module):
    """Depends on something that no seed rules and no checkpoint holds."""

    def __init__(self, ticks: Iterator[int]) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.ticks = ticks

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x) * (1 + next(self.ticks))


def test_a_replay_that_differs_is_told_with_the_first_event() -> None:
    made = session(Clock(count()))
    made.run(iterations=3)
    before = [parameter.clone() for parameter in made.model.parameters()]
    events = list(made.trace.events)
    mul = next(e for e in events if isinstance(e, OpRan) and e.op == "mul")
    assert made.check_replay() == mul.index
    with pytest.raises(TraceError, match=f"from event {mul.index} on .OpRan in forward of iter"):
        made.recall(0)
    assert list(made.trace.events) == events
    for live, kept in zip(made.model.parameters(), before, strict=True):
        assert torch.equal(live, kept)
    assert made.run_iteration()


def test_a_difference_is_told_also_where_every_value_was_dropped() -> None:
    made = session(Clock(count()))
    made.run_iteration()
    made.trace.store.budget = 2 * made.trace.store.bytes
    made.run(iterations=9)
    event = next(e for e in made.trace.events if e.iteration == 4 and isinstance(e, OpRan))
    with pytest.raises(TraceError, match=r"from event \d+ on"):
        made.goto(event=event.index)
    assert made.event == event
    assert made.step().index == event.index + 1


@pytest.mark.parametrize("move", ["goto", "run", "back"])
def test_dropped_values_come_back_where_the_cursor_goes(move: str) -> None:
    torch.manual_seed(0)
    made = session(nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2)))
    made.run_iteration()
    made.trace.store.budget = 2 * made.trace.store.bytes
    made.run(iterations=9)
    grads = [e for e in made.trace.events if isinstance(e, GradAccumulated) and e.iteration == 5]
    with pytest.raises(TraceError, match="dropped"):
        made.trace.value(grads[0].after)
    if move == "goto":
        made.goto(event=grads[0].index)
    elif move == "run":
        made.goto(event=-1)
        made.run("iteration == 5")
    else:
        while made.event.index > grads[0].index:
            made.back()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    straight = session(model)
    straight.run(iterations=10)
    for event in grads:
        twin = straight.trace.events[event.index]
        assert torch.equal(made.trace.value(event.after), straight.trace.value(twin.after))
    for name, value in made.state.params.items():
        assert torch.equal(value, straight.trace.at(made.index).params[name])


def test_a_budget_below_one_iteration_says_so_and_the_run_goes_on() -> None:
    made = session(nn.Linear(3, 2))
    made.trace.store.budget = 100
    made.step_iteration(3)
    with pytest.raises(TraceError, match="all values of iteration 0 are more than"):
        made.goto(iteration=0)
    assert made.event.iteration == 0
    assert made.back().iteration == 0
    assert made.step_iteration(4).iteration == 3


def test_an_edit_of_an_iteration_whose_checkpoint_was_dropped() -> None:
    def run(budget: int | None) -> gradviz.Session:
        torch.manual_seed(0)
        made = session(nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2)))
        made.run_iteration()
        if budget:
            made.trace.store.budget = budget * made.trace.store.bytes
        made.run(iterations=9)
        made.edit(GradEdit("0.weight", "scale", 3.0, first=4))
        return made

    tight, wide = run(2), run(None)
    for a, b in zip(tight.model.parameters(), wide.model.parameters(), strict=True):
        assert torch.equal(a, b)


class Changing(nn.Module):
    """Changes its own settings, its batch and the shape of a buffer while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.drop, self.fc2 = nn.Linear(3, 3), nn.Dropout(0.5), nn.Linear(3, 2)
        self.register_buffer("seen", torch.zeros(0))
        self.temperature = 1.0

    def forward(self, x: Tensor) -> Tensor:
        x.mul_(2)
        self.temperature *= 0.5
        self.seen = torch.cat([self.seen, x.detach().mean()[None]])
        self.fc1.requires_grad_(len(self.seen) % 2 == 0)
        self.drop.train(len(self.seen) < 3)
        return self.fc2(self.drop(self.fc1(x))) * self.temperature + self.seen.sum()


def test_what_a_model_changes_in_itself_and_in_its_batch_is_put_back() -> None:
    data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(9)]
    made = session(Changing(), loader=[(x.clone(), y) for x, y in data])
    made.run(iterations=5)
    first = losses(made)
    assert made.check_replay() is None
    made.unedit(made.edit(GradEdit("fc2.weight", "zero", first=2)))
    assert losses(made) == first
    assert made.model.temperature == 0.5**5
    assert len(made.model.seen) == 5


def test_the_users_hooks_stay_and_run_in_replays() -> None:
    model = nn.Linear(3, 2)
    calls: list[int] = []
    model.register_forward_hook(lambda *_: calls.append(1))
    model.weight.register_hook(lambda grad: grad * 2)
    made = session(model)
    made.run(iterations=2)
    assert made.check_replay() is None
    assert len(calls) == 4
    assert len(model._forward_hooks) == 1
    assert len(model.weight._backward_hooks) == 1


def test_what_a_function_of_the_user_closes_over_is_put_back() -> None:
    critic = nn.Linear(2, 1)
    of_critic = torch.optim.Adam(critic.parameters())
    calls = 0

    def loss_fn(fake: Tensor, real: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        of_critic.zero_grad()
        (critic(fake.detach()) - critic(real)).mean().backward()
        of_critic.step()
        return -critic(fake).mean() / calls

    made = session(nn.Linear(3, 2), loss_fn=loss_fn)
    made.run(iterations=4)
    before = [parameter.clone() for parameter in critic.parameters()]
    assert made.check_replay() is None
    assert calls == 4
    assert all(map(torch.equal, critic.parameters(), before))
    phases = {e.phase for e in made.trace.events if isinstance(e, OpRan) and e.module == "Linear"}
    assert phases == {"loss"}


def test_a_batch_that_could_not_be_fetched_is_not_fetched_in_a_replay() -> None:
    class Damaged(Dataset):
        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
            if random.random() < 0.3:
                raise ValueError(f"sample {index} is damaged")
            return torch.full((3,), float(index)), torch.ones(2)

    made = session(nn.Linear(3, 2), loader=DataLoader(Damaged(), batch_size=2))
    made.run(iterations=1)
    for _ in range(7):
        made.run_iteration()
    kinds = [type(event) for event in made.trace.events]
    assert 0 < kinds.count(Failed) < 8
    assert made.check_replay() is None
    made.unedit(made.edit(GradEdit("weight", "scale", 2.0, first=0)))
    assert [type(event) for event in made.trace.events] == kinds


def test_lazy_modules_cannot_be_had_without_shapes_again() -> None:
    made = session(nn.Sequential(nn.LazyLinear(4), nn.Linear(4, 2)))
    made.run(iterations=2)
    with pytest.raises(TraceError, match="run the model once on a batch before the session"):
        made.check_replay()
    assert made.run_iteration()
    made.unedit(made.edit(GradEdit("1.weight", "zero", first=1)))
    assert made.iterations == 3


SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 2, gamma=0.1),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=12),
    "Warm restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=2),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0),
    "ChainedScheduler": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)], o
    ),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.LinearLR(o, total_iters=2), lr_scheduler.MultiStepLR(o, [1, 3])],
        milestones=[3],
    ),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_steps_after_the_optimizer_and_goes_back_with_it(name: str) -> None:
    def parts() -> tuple[Any, ...]:
        torch.manual_seed(0)
        model = nn.Linear(3, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
        data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(4)]
        return model, nn.MSELoss(), optimizer, data, SCHEDULERS[name](optimizer)

    model, loss_fn, optimizer, data, scheduler = parts()
    rates = []
    for i in range(8):
        optimizer.zero_grad()
        loss = loss_fn(model(data[i % 4][0]), data[i % 4][1])
        loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([loss.item()] if name == "ReduceLROnPlateau" else []))

    *four, mine = parts()
    made = gradviz.Session(*four, scheduler=mine)
    made.goto(iteration=7)
    made.goto(iteration=2)
    made.unedit(made.edit(GradEdit("weight", "scale", 2.0)))
    assert made.check_replay() is None
    updates = [e for e in made.trace.events if isinstance(e, ParamUpdated) and e.param == "bias"]
    assert [event.settings["lr"] for event in updates] == rates
    for a, b in zip(made.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_scheduler_of_another_optimizer_is_refused() -> None:
    model = nn.Linear(3, 2)
    one, other = (torch.optim.SGD(model.parameters(), lr=0.1) for _ in range(2))
    scheduler = lr_scheduler.StepLR(other, 1)
    with pytest.raises(UsageError, match="another optimizer"):
        gradviz.Session(model, nn.MSELoss(), one, [], scheduler=scheduler)
    plateau = lr_scheduler.ReduceLROnPlateau(one)
    with pytest.raises(UsageError, match="“step” needs “loss” before it"):
        gradviz.Session(model, nn.MSELoss(), one, [], scheduler=plateau, order=("step",))


def test_all_that_the_loss_does_reads_as_loss() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))

    def penalized(output: Tensor, target: Tensor) -> Tensor:
        x = torch.randn(4, 3, requires_grad=True)
        (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
        return ((output - target) ** 2).mean() + ((slope.norm(dim=1) - 1) ** 2).mean()

    made = session(model, loss_fn=penalized)
    made.run_iteration()
    ran = [e for e in made.trace.events if isinstance(e, OpRan)]
    assert [e.op for e in ran if e.phase == "forward"] == ["linear", "tanh", "linear"]
    assert {e.op for e in ran if e.phase == "loss"} >= {"linear", "sub", "pow", "mean", "norm"}
    assert {e.phase for e in ran} == {"forward", "loss"}
    assert made.check_replay() is None


def test_several_iterations_at_once() -> None:
    made = session(nn.Linear(3, 2))
    assert made.step_iteration(3).iteration == 2
    assert made.iterations == 3
    made.goto(event=-1)
    assert made.step_iteration(2).iteration == 1
    assert made.iterations == 3
    with pytest.raises(UsageError, match="0 iterations cannot be run"):
        made.step_iteration(0)


def test_batches_outlast_the_budget_on_disk() -> None:
    torch.manual_seed(0)
    batches = [(torch.randn(64, 50), torch.randint(0, 2, (64,))) for _ in range(30)]
    model = nn.Linear(50, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = ((x.clone(), y.clone()) for x, y in batches)
    made = gradviz.Session(model, nn.CrossEntropyLoss(), optimizer, loader)
    made.run_iteration()
    store = made.trace.store
    store.budget = 2 * store.bytes
    made.step_iteration(30)
    assert store.bytes <= store.budget
    fetched = [event for event in made.trace.events if isinstance(event, BatchFetched)]
    assert len(fetched) == 30
    for event, (x, y) in zip(fetched, batches, strict=True):
        assert torch.equal(made.trace.value(event.values["input"]), x)
        assert torch.equal(made.trace.value(event.values["target"]), y)
    assert made.check_replay() is None
