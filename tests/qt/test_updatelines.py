"""The inspector's arithmetic of an optimizer's step."""

from __future__ import annotations

import pytest
import torch
from torch import nn, optim

import gradviz
from gradviz.qt.updatelines import update_workings
from gradviz.trace.events import ParamUpdated


def test_the_element_with_the_largest_gradient_is_worked_out() -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 1, bias=False)
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    with gradviz.record(model, optimizer) as trace:
        model(torch.tensor([[1.0, 3.0]])).sum().backward()
        optimizer.step()
    event = next(each for each in trace.events if isinstance(each, ParamUpdated))
    (workings,) = update_workings(trace, event)
    assert "weight[0, 1]" in workings.heading
    (line,) = workings.lines
    assert line.name == "p ←"
    formula, numbers, came = line.text.split(" = ")
    assert formula == "p − lr · g"
    assert numbers.endswith(" − 0.5 · 3")
    assert float(came.replace("−", "-")) == pytest.approx(model.weight[0, 1].item(), rel=1e-3)


def test_code_that_moves_by_hand_has_no_arithmetic() -> None:
    model = nn.Linear(2, 1)
    with gradviz.record(model, None) as trace, torch.no_grad():
        model.weight.mul_(0.5)
    moved = [each for each in trace.events if isinstance(each, ParamUpdated)]
    assert moved
    assert update_workings(trace, moved[0]) == ()
