"""The records of parameters, and of what is none, held to plain PyTorch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn, optim

import gradviz
from gradviz.explain.parameters import Member


class Odd(nn.Module):
    """Owns, hides, holds and forgets."""

    def __init__(self) -> None:
        super().__init__()
        self.owned = nn.Linear(2, 2)
        self.again = self.owned
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)
        self.late = nn.Parameter(torch.full((2,), 0.5))
        self.layers = [nn.Linear(2, 2, bias=False)]
        self.plain = torch.full((2,), 3.0, requires_grad=True)
        self.register_buffer("mean", torch.zeros(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers[0](self.owned(x)) * self.plain * self.frozen + self.late + self.mean


def rows(session: gradviz.Session) -> dict[str, Member]:
    return {row.name: row for row in gradviz.parameters(session)}


@pytest.fixture
def session() -> gradviz.Session:
    torch.manual_seed(0)
    model = Odd()
    gone = nn.Parameter(torch.ones(1))
    optimizer = optim.Adam([*model.owned.parameters(), model.frozen, gone], lr=0.01)
    batches = [(torch.randn(4, 2), torch.randn(4, 2)) for _ in range(2)]
    session = gradviz.Session(model, nn.MSELoss(), optimizer, batches)
    session.step_iteration()
    return session


def test_groups(session: gradviz.Session) -> None:
    found = rows(session)
    kinds = {name: row.kind for name, row in found.items()}
    assert kinds == {
        "owned.weight": "parameter",
        "owned.bias": "parameter",
        "frozen": "parameter",
        "late": "parameter",
        "mean": "buffer",
        "plain": "tensor",
        "layers[0].weight": "hidden",
        "optimizer[0].params[3]": "left",
    }
    assert found["owned.weight"].shared == ("again.weight",)
    assert found["owned.weight"].group == 0
    assert found["owned.weight"].lr == 0.01
    assert found["late"].group is None
    assert not found["frozen"].requires_grad


def test_numbers_are_those_of_torch(session: gradviz.Session) -> None:
    found, model = rows(session), session.model
    for name, live in model.named_parameters():
        row = found[name]
        assert row.value is not None
        assert row.value.norm == live.detach().double().norm().item()
        assert (row.grad is None) == (live.grad is None)
        if live.grad is not None and row.grad is not None:
            assert row.grad.norm == live.grad.double().norm().item()
    grad = found["layers[0].weight"].grad
    live = session.model.layers[0].weight.grad
    assert grad is not None
    assert grad.norm == live.double().norm().item()
    row = found["owned.weight"]
    before, after = session.trace.at(-1).params[row.name], session.state.params[row.name]
    moved = (after.double() - before.double()).norm().item()
    assert row.update == moved
    assert row.ratio == moved / before.double().norm().item()
    assert row.state["step"] == 1
    assert set(row.state) == {"step", "exp_avg", "exp_avg_sq"}


def test_they_are_those_of_the_cursor(session: gradviz.Session) -> None:
    session.goto(event=0)
    row = rows(session)["owned.weight"]
    assert (row.grad, row.update, row.state) == (None, None, {})
