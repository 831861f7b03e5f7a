"""A model with several outputs: the loss takes the first, in a session and in the code."""

from __future__ import annotations

import torch
from torch import nn

import gradviz
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.trace.events import LossComputed
from tests.exported import trained

MODEL = Model(
    (
        Block("point", "Input", {"shape": [2]}),
        Block("body", "Linear", {"in_features": 2, "out_features": 4}),
        Block("scores", "Linear", {"in_features": 4, "out_features": 2}),
        Block("value", "Linear", {"in_features": 4, "out_features": 1}),
        Block("policy", "Output"),
        Block("critic", "Output"),
    ),
    (Wire("point", "body"), Wire("body", "scores"), Wire("body", "value"),
     Wire("scores", "policy"), Wire("value", "critic")),
)  # fmt: skip
PROJECT = Project(
    name="net",
    model=MODEL,
    data=Data(Choice("Moons", {"count": 24}), batch_size=8),
    training=Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1})),
)


def test_the_loss_takes_the_first_output() -> None:
    session = gradviz.Session.from_project(PROJECT)
    session.step_iteration()
    losses = [each for each in session.trace.events if isinstance(each, LossComputed)]
    x, _ = next(iter(session.loader))
    plain = gradviz.build(PROJECT)
    assert isinstance(plain(x), tuple)
    assert len(losses) == 1
    state = session.state
    assert state.grads["scores.weight"] is not None
    assert state.grads["value.weight"] is None


def test_the_code_says_so_and_gives_the_same_bits() -> None:
    text = gradviz.to_python(PROJECT)
    assert "outputs = model(inputs)\n" in text
    assert "loss = loss_fn(outputs[0], target)\n" in text
    session = gradviz.Session.from_project(PROJECT)
    session.step_iteration(3)
    mine, theirs = session.model.state_dict(), trained(text).state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_session_of_ones_own_may_take_the_first_too() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 1)

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return self.fc(x), x

    model = Two()
    loader = [(torch.randn(3, 2), torch.randn(3, 1))]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, loader, first=True)
    session.step_iteration()
    assert session.state.grads["fc.weight"] is not None
