"""Edits in a session: put on, replayed, taken off, refused; and replay itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz.errors import UsageError
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.compare import first_difference
from gradviz.trace.events import ParamUpdated
from tests.engine.plainloop import mlp


def session() -> gradviz.Session:
    return gradviz.Session(*mlp())


def test_an_edit_replays_and_taking_it_off_gives_the_first_bits_again() -> None:
    mine = session()
    for _ in range(3):
        mine.run_iteration()
    untouched = mine.trace
    mine.goto(iteration=1, event=5)
    rule = mine.edit(GradEdit("fc1.weight", "scale", 10.0))
    assert rule.first == 1
    assert mine.event.iteration == 1
    found = mine.compare()
    first = mine.trace.events[found.first]
    assert (first.iteration, first.phase) == (1, "backward")
    assert {difference.param for difference in found.params} >= {"fc1.weight", "fc1.bias"}
    assert mine.trace.events[: found.first] != []
    mine.unedit(rule)
    assert mine.edits == ()
    assert gradviz.trace.compare.compare(untouched, mine.trace).first is None
    assert mine.compare().first is None


def test_replay_is_bit_equal_with_dropout_and_adam(examples: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    data = TensorDataset(torch.randn(12, 3), torch.randn(12, 2))
    loader = DataLoader(data, batch_size=4, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters())
    mine = gradviz.Session(model, nn.MSELoss(), optimizer, loader, seed=5)
    for _ in range(5):
        mine.run_iteration()
    assert mine.check_replay() is None
    mine.run_iteration()
    assert mine.check_replay() is None


def test_a_session_is_the_plain_program_with_its_seed() -> None:
    def build() -> tuple[nn.Module, torch.optim.Optimizer, DataLoader]:
        torch.manual_seed(9)
        model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 2))
        data = TensorDataset(torch.randn(12, 3), torch.randn(12, 2))
        return model, torch.optim.SGD(model.parameters(), lr=0.1), DataLoader(data, 4, shuffle=True)

    model, optimizer, loader = build()
    torch.manual_seed(1)
    for _ in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
    mine_model, mine_optimizer, mine_loader = build()
    mine = gradviz.Session(mine_model, nn.MSELoss(), mine_optimizer, mine_loader, seed=1)
    for _ in range(6):
        mine.run_iteration()
    for a, b in zip(model.parameters(), mine_model.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("edit", "look"),
    [
        (ValueEdit("fc1.weight", "scale", 2.0), lambda s: s.trace.at(s.index).params["fc1.weight"]),
        (ValueEdit("optimizer.lr", "replace", 0.0), lambda s: s.model.fc1.weight.detach()),
        (ValueEdit("input", "zero"), lambda s: s.trace.value(s.trace.events[0].values["input"])),
        (ValueEdit("target", "scale", -1.0), lambda s: s.trace.at(s.index).grads["fc2.bias"]),
    ],
)
def test_values_can_be_edited(edit: ValueEdit, look: Any) -> None:
    plain, mine = session(), session()
    plain.step_iteration()
    mine.edit(edit)
    mine.step_iteration()
    assert mine.error is None
    assert not torch.equal(look(plain), look(mine))
    assert mine.check_replay() is None


def test_a_learning_rate_of_zero_moves_nothing_and_is_over_after_its_iteration() -> None:
    mine = session()
    mine.edit(ValueEdit("optimizer.lr", "replace", 0.0, first=0, last=0))
    mine.run_iteration()
    updates = [e for e in mine.trace.events if isinstance(e, ParamUpdated)]
    assert all(mine.trace.value(e.before).equal(mine.trace.value(e.after)) for e in updates)
    assert {e.settings["lr"] for e in updates} == {0.0}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: GradEdit("fc1.weight", "scale", float("nan")), "needs a number"),
        (lambda: GradEdit("fc1.weight", "scale"), "needs a number"),
        (lambda: GradEdit("fc1.weight", "clip_norm", -1.0), "bound of 0 or more"),
        (lambda: GradEdit("fc1.weight", "twist", 1.0), "no change “twist”"),
        (lambda: GradEdit("fc1.weight", "replace"), "needs the values"),
        (lambda: GradEdit("fc1.weight", "zero", first=3, last=1), "iterations 3 to 1"),
        (lambda: GradEdit("fc9.weight", "zero"), "no parameter or module"),
        (lambda: GradEdit("fc1.weight", "zero", via="module"), "takes no hook"),
        (lambda: GradEdit("fc1/ConvBackward0", "zero"), "has this node"),
        (lambda: GradEdit("fc2.bias", "replace", [1.0, 2.0, 3.0]), "does not fit"),
        (lambda: ValueEdit("optimizer.speed", "replace", 1.0), "no such parameter or setting"),
        (lambda: ValueEdit("optimizer.lr", "sign"), "replaced, scaled or zeroed"),
    ],
)
def test_a_wrong_edit_is_refused_and_nothing_has_changed(make: Any, said: str) -> None:
    mine = session()
    mine.step_iteration()
    before: dict[str, Tensor] = {k: v.clone() for k, v in mine.model.state_dict().items()}
    events = list(mine.trace.events)
    with pytest.raises(UsageError) as caught:
        mine.edit(make())
    assert said in str(caught.value)
    assert mine.edits == ()
    assert list(mine.trace.events) == events
    mine.run_iteration()
    straight = session()
    straight.run_iteration()
    straight.run_iteration()
    assert before
    for a, b in zip(mine.model.parameters(), straight.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_an_iteration_that_an_edit_stops_can_be_run_again_without_it() -> None:
    mine, straight = session(), session()
    mine.run_iteration()
    rule = mine.edit(GradEdit("fc1/ConvBackward0", "zero", first=1))
    events = list(mine.trace.events)
    for _ in range(2):
        with pytest.raises(UsageError, match="has this node"):
            mine.run_iteration()
        assert list(mine.trace.events) == events
    mine.unedit(rule)
    for _ in range(2):
        mine.run_iteration()
    for _ in range(3):
        straight.run_iteration()
    assert first_difference(mine.trace, straight.trace) is None


def test_dropped_values_come_back_by_replay() -> None:
    mine = session()
    mine.trace.store.budget = 2000
    for _ in range(8):
        mine.run_iteration()
    straight = session()
    for _ in range(8):
        straight.run_iteration()
    old = [e for e in mine.trace.events if isinstance(e, ParamUpdated) and e.iteration == 3]
    with pytest.raises(gradviz.GradvizError, match="dropped"):
        mine.trace.value(old[0].grad)
    live = {name: p.detach().clone() for name, p in mine.model.named_parameters()}
    mine.trace.store.budget = 1 << 30
    mine.recall(3)
    for event in old:
        twin = straight.trace.events[event.index]
        assert torch.equal(mine.trace.value(event.grad), straight.trace.value(twin.grad))
        assert torch.equal(mine.trace.value(event.after), straight.trace.value(twin.after))
    assert mine.iterations == 8
    for name, parameter in mine.model.named_parameters():
        assert torch.equal(parameter, live[name])
    mine.run_iteration()
    straight.run_iteration()
    for a, b in zip(mine.model.parameters(), straight.model.parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(gradviz.GradvizError, match="iteration 99 was not run"):
        mine.recall(99)
