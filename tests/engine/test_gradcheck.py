"""Gradients against finite differences."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

import gradviz
from gradviz.engine.session.gradcheck import STEP, GradientCheck
from gradviz.errors import UsageError

BATCHES = [
    (torch.randn(6, 3, generator=torch.Generator().manual_seed(i)), torch.ones(6, 2))
    for i in range(3)
]


def session_of(model: nn.Module, loss_fn: Any = None, **more: Any) -> gradviz.Session:
    optimizer = optim.SGD(
        [each for each in model.parameters() if each.requires_grad], lr=0.1, momentum=0.9
    )
    session = gradviz.Session(model, loss_fn or nn.MSELoss(), optimizer, BATCHES, seed=3, **more)
    session.step_iteration(2)
    return session


def mlp() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(3, 5), nn.Tanh(), nn.Dropout(0.5), nn.BatchNorm1d(5), nn.Linear(5, 2)
    )


class Cube(torch.autograd.Function):
    factor = 3.0

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return grads[0] * Cube.factor * x**2


class Cubed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.fc = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return Cube.apply(self.fc(x))  # type: ignore[no-any-return, no-untyped-call]


@pytest.mark.parametrize("name", ["0.weight", "0.bias", "3.weight", "4.weight", "4.bias"])
def test_the_gradients_of_torch_are_right(name: str) -> None:
    check = gradviz.check_gradient(session_of(mlp()), name)
    assert isinstance(check, GradientCheck)
    assert check.agrees
    assert check.iteration == 1
    assert {each.verdict for each in check.elements} <= {"agrees", "zero"}
    for each in check.elements:
        assert each.numeric == pytest.approx(each.analytic, rel=1e-4, abs=1e-9)


def test_the_numbers_are_those_of_plain_torch() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    start = {name: held.detach().clone().double() for name, held in model.named_parameters()}
    session = gradviz.Session(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), BATCHES)
    session.step_iteration()
    check = gradviz.check_gradient(session, "0.weight", elements=4)
    weight = start["0.weight"].requires_grad_()
    x, y = (part.double() for part in BATCHES[0])

    def loss(weight: Tensor) -> Tensor:
        return nn.functional.mse_loss(x @ weight.T + start["0.bias"], y)

    (grad,) = torch.autograd.grad(loss(weight), weight)
    assert len(check.elements) == 4
    largest = check.elements[0]
    assert abs(largest.analytic) == pytest.approx(grad.abs().max().item(), rel=1e-12)
    for each in check.elements:
        assert each.analytic == pytest.approx(grad[each.at].item(), rel=1e-9)
        moved = [weight.detach().clone() for _ in range(2)]
        moved[0][each.at] += STEP
        moved[1][each.at] -= STEP
        slope = (loss(moved[0]) - loss(moved[1])) / (2 * STEP)
        assert each.numeric == pytest.approx(slope.item(), rel=1e-6)


def test_nothing_is_disturbed() -> None:
    session = session_of(mlp())
    session.goto(event=5)
    random.seed(5)
    torch.manual_seed(5)
    before = {name: held.clone() for name, held in session.model.state_dict().items()}
    grads = {name: held.grad for name, held in session.model.named_parameters()}
    copies = {name: None if grad is None else grad.clone() for name, grad in grads.items()}
    trace, events, states = (
        session.trace,
        len(session.trace.events),
        (torch.get_rng_state(), random.getstate()),
    )
    gradviz.check_gradient(session, "0.weight")
    assert session.trace is trace
    assert (len(trace.events), session.index) == (events, 5)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert torch.get_default_dtype() == torch.float32
    for name, held in session.model.state_dict().items():
        assert torch.equal(held, before[name])
    for name, parameter in session.model.named_parameters():
        copy = copies[name]
        assert parameter.grad is not None
        assert copy is not None
        assert torch.equal(parameter.grad, copy)
    assert session.check_replay() is None
    session.step_iteration(2)
    assert session.error is None


def test_a_wrong_backward_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gradviz.check_gradient(session_of(Cubed()), "fc.weight").agrees
    monkeypatch.setattr(Cube, "factor", 2.0)
    check = gradviz.check_gradient(session_of(Cubed()), "fc.weight")
    assert not check.agrees
    assert {each.verdict for each in check.elements} == {"differs"}
    for each in check.elements:
        assert each.error == pytest.approx(0.2, rel=1e-3)


def test_a_path_that_is_cut_is_found() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(3, 2), nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.two(self.one(x).detach())
            return out

    check = gradviz.check_gradient(session_of(Cut()), "one.weight")
    assert not check.agrees
    assert all(each.analytic == 0 != each.numeric for each in check.elements)


def test_at_a_kink_any_slope_between_is_right() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    with torch.no_grad():
        model[0].weight.zero_()  # type: ignore[operator, union-attr]
        model[0].bias.zero_()  # type: ignore[operator, union-attr]
    session = gradviz.Session(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), BATCHES)
    session.step_iteration()
    check = gradviz.check_gradient(session, "0.bias")
    assert [each.verdict for each in check.elements] == ["kink", "kink"]
    assert check.agrees


def test_what_has_no_gradient_at_all_is_zero_twice() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    model.register_parameter("unused", nn.Parameter(torch.ones(2)))
    check = gradviz.check_gradient(session_of(model), "unused")
    assert [(each.verdict, each.error) for each in check.elements] == [("zero", None)] * 2


class Halves(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.to(torch.float32))


class Unruly(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        drawn = torch.rand(1, generator=SOURCE, dtype=torch.float64).to(x.dtype)
        return super().forward(x) * drawn


SOURCE = torch.Generator()


def frozen() -> nn.Module:
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    model[0].weight.requires_grad_(False)  # type: ignore[operator, union-attr]
    return model


@pytest.mark.parametrize(
    ("model", "name", "told"),
    [
        (lambda: nn.Linear(3, 2), "wait", "no parameter “wait”"),
        (frozen, "0.weight", "frozen"),
        (lambda: Halves(3, 2), "weight", "float64"),
        (lambda: Unruly(3, 2), "weight", "same number twice"),
    ],
)
def test_what_cannot_be_checked_is_told(model: Any, name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        gradviz.check_gradient(session_of(model()), name)


def test_there_must_be_a_batch() -> None:
    model = nn.Linear(3, 2)
    session = gradviz.Session(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), BATCHES)
    with pytest.raises(UsageError, match="no batch"):
        gradviz.check_gradient(session, "weight")
