"""Upstream × local = downstream, against the gradients of torch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import gradviz
from gradviz.explain.formulas.backward import LOCAL, Downstream, downstream
from gradviz.trace.events import NodeRan
from gradviz.trace.trace import Trace

OPS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, _b: a**3,
    "square": lambda a, _b: torch.square(a),
    "neg": lambda a, _b: -a,
    "relu": lambda a, _b: F.relu(a),
    "sqrt": lambda a, _b: torch.sqrt(a),
    "sigmoid": lambda a, _b: torch.sigmoid(a),
    "tanh": lambda a, _b: torch.tanh(a),
    "exp": lambda a, _b: torch.exp(a),
    "log": lambda a, _b: torch.log(a),
    "linear": lambda a, b: F.linear(a, b, torch.ones(4)),
    "linear without bias": lambda a, b: F.linear(a, b),
    "addmm": lambda a, b: torch.addmm(torch.ones(4), a, b.T),
    "matmul": lambda a, b: a @ b.T,
    "mm": lambda a, b: torch.mm(a, b.T),
}


def drawn() -> tuple[Tensor, Tensor, Tensor]:
    source = torch.Generator().manual_seed(0)
    a, b = (torch.rand(4, 4, generator=source) + 0.1 for _ in range(2))
    return a.requires_grad_(), b.requires_grad_(), torch.randn(4, 4, generator=source)


def told(op: Callable[[Tensor, Tensor], Tensor]) -> tuple[Trace, NodeRan, tuple[Downstream, ...]]:
    a, b, upstream = drawn()
    with gradviz.record() as trace:
        op(a, b).backward(upstream)
    ran = next(each for each in trace.events if isinstance(each, NodeRan))
    return trace, ran, downstream(trace, ran)


@pytest.mark.parametrize("name", OPS)
def test_one_element_of_each_gradient_is_worked_out(name: str) -> None:
    trace, ran, found = told(OPS[name])
    left = {slot: trace.value(ref) for slot, ref in enumerate(ran.grad_inputs) if ref is not None}
    if name.split()[0] in ("linear", "addmm", "matmul", "mm"):
        left = {slot: grad for slot, grad in left.items() if grad.shape == (4, 4)}
    assert [each.slot for each in found] == list(left)
    for each in found:
        grad = left[each.slot]
        assert each.element.recorded == grad[each.element.at].item()
        assert abs(each.element.recorded) == grad.abs().max().item()
        assert each.element.worked.computed == pytest.approx(each.element.recorded, rel=1e-5)
        if each.local is not None:
            assert each.upstream is not None
            product = each.upstream * each.local.computed
            assert product == pytest.approx(each.element.recorded, rel=1e-5)


def test_every_local_derivative_is_tried() -> None:
    assert set(LOCAL) <= set(OPS)


def test_the_factors_are_written() -> None:
    a = torch.tensor([0.5, -1.0], requires_grad=True)
    with gradviz.record() as trace:
        F.relu(a).backward(torch.tensor([4.0, 8.0]))
    ran = next(each for each in trace.events if isinstance(each, NodeRan))
    (each,) = downstream(trace, ran)
    assert each.local is not None
    assert (each.local.formula, each.local.numbers) == ("[a > 0]", "[0.5 > 0]")
    assert each.element.worked.numbers == "4 · 1"


UNTOLD: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "a number that no event holds": lambda a, _b: a * 2,
    "an alpha": lambda a, b: torch.addmm(torch.ones(4), a, b, alpha=2),
    "without a formula": lambda a, _b: torch.cumsum(a, 0),
}


@pytest.mark.parametrize("name", UNTOLD)
def test_what_does_not_agree_is_not_told(name: str) -> None:
    assert told(UNTOLD[name])[2] == ()
