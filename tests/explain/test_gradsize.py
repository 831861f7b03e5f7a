"""Programs that leave a zero or a big ``.grad``, each with the reason and the node."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn, optim

import gradviz
from gradviz.explain.gradsize import why_this_size
from gradviz.trace.trace import Trace


def run(way: Callable[[Tensor], Tensor], *, start: float = 1.0) -> Trace:
    model = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(start)
    with gradviz.record(model) as trace:
        way(model(torch.ones(2, 1))).sum().backward()
    return trace


WAYS: dict[str, tuple[Callable[[Tensor], Tensor], str, str]] = {
    "dead relu": (lambda h: torch.relu(h - 5) * 3, "dead relu", "ReluBackward0"),
    "saturated": (lambda h: torch.tanh(h * 1000), "saturated", "TanhBackward0"),
    "times zero": (lambda h: h.exp() * torch.zeros(1), "times zero", "MulBackward0"),
    "flat": (lambda h: h.clamp(min=5), "flat", "ClampBackward1"),
    "cancels": (lambda h: h - h, "cancels", "SubBackward0"),
    "grows": (lambda h: (h * 7).exp() * 5e5, "grows", "MulBackward0"),
    "not finite": (lambda h: torch.sqrt(h - 1) + h, "not finite", "SqrtBackward0"),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_reason_and_the_node(name: str) -> None:
    way, reason, node = WAYS[name]
    trace = run(way)
    why = why_this_size(trace, "weight")
    assert why is not None
    assert why.reason == reason
    (graph,) = trace.graphs
    assert [graph.by_id[each].name for each in why.nodes][:1] == [node]
    assert "{" not in str(why)


def test_an_ordinary_gradient_needs_no_reason() -> None:
    trace = run(torch.tanh)
    assert why_this_size(trace, "weight") is None
    assert why_this_size(trace, "weight", -1) is None
    assert why_this_size(trace, "unknown") is None


def test_zeros_of_zero_grad() -> None:
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        model(torch.ones(1, 1)).sum().backward()
        optimizer.zero_grad(set_to_none=False)
    why = why_this_size(trace, "weight")
    assert why is not None
    assert why.reason == "zeroed"


def test_a_gradient_that_was_never_cleared() -> None:
    model = nn.Linear(1, 1, bias=False)
    with gradviz.record(model) as trace:
        for _ in range(2):
            (model(torch.ones(1, 1)).sum() * 800).backward()
    why = why_this_size(trace, "weight")
    assert why is not None
    assert why.reason == "accumulated"


def test_an_edit() -> None:
    model = nn.Linear(1, 1, bias=False)
    loader = [(torch.ones(1, 1), torch.zeros(1, 1))]
    session = gradviz.Session(
        model,
        nn.MSELoss(),
        optim.SGD(model.parameters(), lr=0.1),
        loader,
        order=("forward", "loss", "backward"),
    )
    session.edit(gradviz.GradEdit("weight", "zero"))
    session.step_iteration()
    why = why_this_size(session.trace, "weight")
    assert why is not None
    assert why.reason == "edited"
