"""Values changed before an iteration: their lines in plain PyTorch leave the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz.errors import UsageError
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.compare import first_difference
from gradviz.trace.events import ParamUpdated
from tests.engine.compare import same
from tests.engine.plainloop import Parts, cnn, mlp, outcome, run_plain, two

SCOPES: list[dict[str, int]] = [{}, {"first": 1}, {"first": 1, "last": 1}, {"first": 1, "last": 2}]


def grouped() -> Parts:
    """Adam over two groups, one with a learning rate that is a tensor."""
    model, loss_fn, _, loader = mlp()
    groups = [
        {"params": [*model.fc1.parameters()], "lr": torch.tensor(0.01)},
        {"params": [*model.fc2.parameters()]},
    ]
    return model, loss_fn, torch.optim.AdamW(groups, lr=0.02, foreach=False), loader


def nested() -> Parts:
    """A batch of more than one level."""
    torch.manual_seed(0)
    model = nn.Sequential()
    model.add_module("fc", nn.Linear(3, 2))
    batches = [(torch.randn(4, 3), {"a": torch.randn(4, 2), "b": torch.rand(4)}) for _ in range(3)]

    def loss_fn(output: Any, target: Any) -> Any:
        return ((output - target["a"]).square().mean(1) * target["b"]).sum()

    return model, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1), batches


EDITS: list[tuple[Callable[[], Parts], dict[str, Any]]] = [
    (mlp, {"where": "fc1.weight", "what": "scale", "value": 0.5}),
    (mlp, {"where": "fc2.bias", "what": "replace", "value": [None, 2.0]}),
    (cnn, {"where": "bn1.weight", "what": "clip_norm", "value": 0.1}),
    (two, {"where": "cross.right.weight", "what": "noise", "value": 0.1}),
    (mlp, {"where": "optimizer.lr", "what": "replace", "value": 0.5}),
    (mlp, {"where": "optimizer.momentum", "what": "scale", "value": 0.3}),
    (mlp, {"where": "optimizer.weight_decay", "what": "replace", "value": 0.1}),
    (mlp, {"where": "optimizer.nesterov", "what": "replace", "value": True}),
    (mlp, {"where": "optimizer.maximize", "what": "replace", "value": True}),
    (cnn, {"where": "optimizer.betas", "what": "replace", "value": [0.5, 0.75]}),
    (cnn, {"where": "optimizer.eps", "what": "zero"}),
    (grouped, {"where": "optimizer.lr", "what": "scale", "value": 3.0}),
    (grouped, {"where": "optimizer[1].lr", "what": "replace", "value": 0.1}),
    (grouped, {"where": "optimizer[0].weight_decay", "what": "zero"}),
    (mlp, {"where": "input", "what": "sign"}),
    (mlp, {"where": "target", "what": "replace", "value": 1.0}),
    (two, {"where": "input.1", "what": "clip_value", "value": 0.2}),
    (nested, {"where": "target.b", "what": "zero"}),
]


@pytest.mark.parametrize(
    ("build", "edit"), EDITS, ids=lambda value: value["where"] if isinstance(value, dict) else None
)
def test_the_code_gives_the_same_bits(build: Callable[[], Parts], edit: dict[str, Any]) -> None:
    for scope in SCOPES:
        mine = gradviz.Session(*build())
        rule = mine.edit(ValueEdit(**edit, **scope))
        for _ in range(4):
            assert mine.run_iteration(), mine.error
        plain = run_plain(build, [rule], iterations=4)
        live = outcome(mine.model, mine.loop.optimizer, plain.losses)
        for kind, one, other in zip(live._fields, live, plain, strict=True):
            assert same(one, other), f"{kind}\n{rule.as_code()}"
        assert mine.check_replay() is None
        plain_again = outcome(mine.model, mine.loop.optimizer, plain.losses)
        assert same(list(live), list(plain_again))


def test_several_edits_of_every_kind_at_once() -> None:
    mine = gradviz.Session(*cnn(), accumulate=2)
    for _ in range(3):
        mine.run_iteration()
    mine.goto(iteration=1, event=3)
    rules = [
        mine.edit(ValueEdit("optimizer.lr", "scale", 0.1, last=3)),
        mine.edit(ValueEdit("optimizer.lr", "scale", 5.0, first=2, last=2)),
        mine.edit(GradEdit("conv1.weight", "scale", 2.0)),
        mine.edit(GradEdit("conv1.weight", "clip_norm", 0.01, via="post_accumulate", first=0)),
        mine.edit(GradEdit("conv1.weight", "noise", 0.1, last=2)),
        mine.edit(ValueEdit("fc.weight", "zero")),
        mine.edit(GradEdit("relu#2/ReluBackward0", "sign", first=2)),
    ]
    for _ in range(3):
        mine.run_iteration()
    plain = run_plain(cnn, rules, iterations=6, accumulate=2)
    live = outcome(mine.model, mine.loop.optimizer, plain.losses)
    for one, other in zip(live, plain, strict=True):
        assert same(one, other)
    for rule in [*rules[1::2], *rules[::2]]:
        mine.unedit(rule)
    straight = gradviz.Session(*cnn(), accumulate=2)
    for _ in range(6):
        straight.run_iteration()
    assert first_difference(mine.trace, straight.trace) is None


def test_a_parameter_is_changed_once_unless_a_scope_says_more() -> None:
    mine = gradviz.Session(*mlp())
    for _ in range(3):
        mine.run_iteration()
    mine.goto(iteration=1, event=0)
    rule = mine.edit(ValueEdit("fc1.weight", "scale", 0.5))
    assert (rule.first, rule.last) == (1, 1)
    by_hand = [e for e in mine.trace.events if isinstance(e, ParamUpdated) and not e.optimizer]
    assert [event.iteration for event in by_hand] == [1]
    before, after = (mine.trace.value(ref) for ref in (by_hand[0].before, by_hand[0].after))
    assert torch.equal(after, before * 0.5)


def test_a_setting_is_put_back_and_a_replay_from_the_middle_knows_what_it_was() -> None:
    mine = gradviz.Session(*mlp())
    rule = mine.edit(ValueEdit("optimizer.lr", "replace", 0.0, first=1, last=2))
    for _ in range(4):
        mine.run_iteration()
    moved = [e for e in mine.trace.events if isinstance(e, ParamUpdated)]
    assert [e.settings["lr"] for e in moved if e.param == "fc1.bias"] == [0.1, 0.0, 0.0, 0.1]
    mine.edit(GradEdit("fc1.weight", "zero", first=2))
    moved = [e for e in mine.trace.events if isinstance(e, ParamUpdated)]
    assert [e.settings["lr"] for e in moved if e.param == "fc1.bias"] == [0.1, 0.0, 0.0, 0.1]
    mine.unedit(rule)
    moved = [e for e in mine.trace.events if isinstance(e, ParamUpdated)]
    assert {e.settings["lr"] for e in moved} == {0.1}


@pytest.mark.parametrize(
    ("build", "edit", "said"),
    [
        (mlp, ValueEdit("optimizer.lrr", "replace", 1.0), "take one of: optimizer.lr"),
        (mlp, ValueEdit("optimizer[1].lr", "replace", 1.0), "no such parameter or setting"),
        (mlp, ValueEdit("optimizer.lr", "replace", [1.0]), "give a number"),
        (mlp, ValueEdit("optimizer.lr", "clip_value", 1.0), "replaced, scaled or zeroed"),
        (cnn, ValueEdit("optimizer.betas", "replace", 0.5), "list of 2 numbers"),
        (cnn, ValueEdit("optimizer.betas", "replace", [0.5, None]), "list of 2 numbers"),
        (cnn, ValueEdit("optimizer.betas", "scale", 0.5), "list of 2 numbers"),
        (two, ValueEdit("input.2", "zero"), "take one of: input.1, input.0"),
        (nested, ValueEdit("target", "zero"), "target.b, target.a"),
        (mlp, ValueEdit("input", "replace", [1.0, 2.0]), "does not fit"),
    ],
)
def test_a_wrong_value_edit_is_refused(
    build: Callable[[], Parts], edit: ValueEdit, said: str
) -> None:
    mine = gradviz.Session(*build())
    mine.run_iteration()
    with pytest.raises(UsageError) as caught:
        mine.edit(edit)
    assert said in str(caught.value)
    assert mine.edits == ()
    assert mine.check_replay() is None


def test_a_tensor_is_taken_to_the_last_bit() -> None:
    values = torch.randn(4, 3, dtype=torch.float64)
    model = nn.Linear(3, 4, dtype=torch.float64)
    data = TensorDataset(torch.randn(4, 3).double(), torch.zeros(4, 4).double())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    mine = gradviz.Session(model, nn.MSELoss(), optimizer, DataLoader(data, 4))
    mine.edit(GradEdit("weight", "replace", values))
    mine.run_iteration()
    assert torch.equal(model.weight.grad, values)
