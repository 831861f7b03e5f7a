"""The lines of an edit, run in plain PyTorch, leave the same bits as the edited recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gradviz
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.events import GradEdited, LossComputed
from tests.engine.compare import marks, same
from tests.engine.plainloop import Parts, cnn, mlp, outcome, penalty, run_plain, two

ITERATIONS = 4
SCOPES: list[dict[str, int]] = [{}, {"first": 1}, {"first": 1, "last": 1}, {"first": 1, "last": 2}]

WHATS: list[dict[str, Any]] = [
    {"what": "zero"},
    {"what": "scale", "value": -0.5},
    {"what": "clip_value", "value": 0.01},
    {"what": "clip_norm", "value": 0.01},
    {"what": "noise", "value": 0.5, "seed": 3},
    {"what": "sign"},
    {"what": "replace", "value": 0.3},
    {"what": "replace", "value": [0.1]},
    {"what": "replace", "value": [None]},
    {"what": "function", "value": "halve"},
    {"what": "function", "value": "left_alone"},
    {"what": "function", "value": "in_place"},
]

HOOKS = """
import torch

def halve(grad):
    return grad / 2 + 0.01 * torch.rand_like(grad)

def left_alone(grad):
    assert isinstance(grad, torch.Tensor)

def in_place(grad):
    grad.mul_(3)
"""

MLP: list[dict[str, Any]] = [
    {"where": "fc1.weight"},
    {"where": "fc2.bias", "via": "post_accumulate"},
    {"where": "fc1.output"},
    {"where": "output"},
    {"where": "act"},
    {"where": "act", "via": "module_pre"},
    {"where": "fc2/AddmmBackward0"},
    {"where": "fc2/AddmmBackward0[1]"},
    {"where": "fc2/AddmmBackward0", "via": "node", "slot": 2},
    {"where": "/MseLossBackward0"},
    {"where": "/AddmmBackward0#1"},
    {"where": "/AddmmBackward0#2[1]"},
]

CNN: list[dict[str, Any]] = [
    {"where": "conv1.weight"},
    {"where": "bn1.weight", "via": "post_accumulate"},
    {"where": "relu.output"},
    {"where": "relu#1.output"},
    {"where": "relu#2.output"},
    {"where": "relu"},
    {"where": "bn2", "via": "module_pre"},
    {"where": "bn1/NativeBatchNormBackward0[1]"},
    {"where": "relu#1/ReluBackward0"},
    {"where": "relu#2/ReluBackward0[0]"},
    {"where": "/AddBackward0#1[1]"},
    {"where": "/AddBackward0#2"},
    {"where": "/NllLossBackward0"},
]

PENALTY: list[dict[str, Any]] = [
    {"where": "fc1.weight"},
    {"where": "fc2.bias", "via": "post_accumulate"},
    {"where": "fc1.output"},
    {"where": "act"},
    {"where": "fc2/AddmmBackward0"},
    {"where": "act/TanhBackward0[0]"},
]

TWO: list[dict[str, Any]] = [
    {"where": "cross.right.weight"},
    {"where": "cross.left.weight", "via": "post_accumulate"},
    {"where": "into.output"},
    {"where": "into#2.output"},
    {"where": "cross.output[1]"},
    {"where": "cross", "slot": 1},
    {"where": "cross[0]", "via": "module_pre"},
    {"where": "cross/MulBackward0#1"},
    {"where": "cross/MulBackward0#2"},
    {"where": "cross/MulBackward0#3[0]"},
    {"where": "cross.left/AddmmBackward0"},
    {"where": "into#2/AddmmBackward0[2]"},
]


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("files") / "my hooks.py"
    file.write_text(HOOKS, encoding="utf-8")
    return file


def check(build: Callable[[], Parts], edit: Any, hooks: Path, *, accumulate: int = 1) -> None:
    """The session with the edit, and the plain loop with its lines, end in the same bits."""
    before = marks()
    mine = gradviz.Session(*build(), accumulate=accumulate)
    mine.trust(hooks)
    rule = mine.edit(edit)
    for _ in range(ITERATIONS):
        assert mine.run_iteration(), mine.error
    assert marks() == before
    losses: dict[int, Any] = {
        event.iteration: mine.trace.value(event.value)
        for event in mine.trace.events
        if isinstance(event, LossComputed)
    }
    live = outcome(mine.model, mine.loop.optimizer, list(losses.values()))
    plain = run_plain(build, [rule], iterations=ITERATIONS, accumulate=accumulate)
    for kind, one, other in zip(live._fields, live, plain, strict=True):
        assert same(one, other), f"{kind}\n{rule.as_code()}"
    check_events(mine, rule)


def check_events(mine: gradviz.Session, rule: Any) -> None:
    """An edit tells what it did in its iterations, and in no other."""
    state = mine.trace.at(len(mine.trace.events) - 1)
    for name, parameter in mine.model.named_parameters():
        assert same(state.params[name], parameter.detach())
        assert same(state.grads[name], parameter.grad)
    told = [event for event in mine.trace.events if isinstance(event, GradEdited) and event.hook]
    if isinstance(rule, ValueEdit) or rule.value == "left_alone":
        return
    if not str(rule.value).endswith(":left_alone"):
        assert {event.iteration for event in told} == set(filter(rule.holds, range(ITERATIONS)))
    for event in told:
        assert (event.target, event.hook) == (rule.where, rule.via)
        assert event.before.shape == event.after.shape


def whats(place: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes that fit there: the gradient of a loss has no dimension to put a list in."""
    if "Loss" not in place["where"]:
        return WHATS
    return [what for what in WHATS if not isinstance(what.get("value"), list)]


def named(edit: dict[str, Any], hooks: Path) -> dict[str, Any]:
    """The edit with its function in the file."""
    if edit["what"] != "function":
        return edit
    return edit | {"value": f"{hooks}:{edit['value']}"}


@pytest.mark.parametrize("place", MLP, ids=lambda place: "-".join(map(str, place.values())))
def test_every_change_through_every_hook(place: dict[str, Any], hooks: Path) -> None:
    for number, what in enumerate(whats(place)):
        scope = SCOPES[number % len(SCOPES)]
        check(mlp, GradEdit(**place, **named(what, hooks), **scope), hooks)


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: "-".join(map(str, scope.values())))
@pytest.mark.parametrize(
    ("build", "places"),
    [(mlp, MLP), (cnn, CNN), (two, TWO), (penalty, PENALTY)],
    ids=["mlp", "cnn", "two", "penalty"],
)
def test_every_place_in_every_scope(
    build: Callable[[], Parts],
    places: list[dict[str, Any]],
    scope: dict[str, int],
    hooks: Path,
) -> None:
    for number, place in enumerate(places):
        known = whats(place)
        what = named(known[number * 7 % len(known)], hooks)
        check(build, GradEdit(**place, **what, **scope), hooks, accumulate=1 + number % 2)
