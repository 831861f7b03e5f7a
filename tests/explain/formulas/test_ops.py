"""The formulas of ops, against what torch gave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gradviz
from gradviz.explain.formulas.case import Element
from gradviz.explain.formulas.ops import FORMULAS, op_element
from gradviz.trace.events import OpRan
from gradviz.trace.trace import Trace


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


X, Y, W, B = drawn(4, 5), drawn(4, 5) + 3, drawn(3, 5), drawn(3)
IMAGES = drawn(2, 4, 9, 9)
TARGET = torch.tensor([0, 4, 2, 1])

OPS: dict[str, Callable[[], Tensor]] = {
    "add": lambda: X + Y,
    "sub": lambda: X - Y[0],
    "mul": lambda: X * Y[:, :1],
    "div": lambda: X / Y,
    "pow": lambda: X**3,
    "pow of tensors": lambda: torch.pow(Y.abs(), X),
    "square": lambda: torch.square(X),
    "neg": lambda: -X,
    "abs": lambda: X.abs(),
    "sqrt": lambda: torch.sqrt(X.abs()),
    "relu": lambda: F.relu(X),
    "sigmoid": lambda: torch.sigmoid(X),
    "silu": lambda: F.silu(X),
    "tanh": lambda: torch.tanh(X),
    "exp": lambda: X.exp(),
    "log": lambda: torch.log(Y.abs()),
    "linear": lambda: F.linear(X, W, B),
    "linear of three dimensions": lambda: F.linear(drawn(2, 3, 5), W),
    "matmul": lambda: X @ W.T,
    "matmul in batches": lambda: drawn(2, 3, 5) @ drawn(1, 5, 4),
    "matmul with a vector": lambda: X @ W[0],
    "matmul of vectors": lambda: W[1] @ W[0],
    "mm": lambda: torch.mm(X, W.T),
    "bmm": lambda: torch.bmm(drawn(2, 3, 5), drawn(2, 5, 4)),
    "addmm": lambda: torch.addmm(B, X, W.T),
    "sum": lambda: X.sum(),
    "sum over rows": lambda: torch.sum(X, dim=0),
    "mean": lambda: X.mean(),
    "mean that keeps": lambda: X.mean(1, keepdim=True),
    "mean of pictures": lambda: IMAGES.mean((2, 3)),
    "softmax": lambda: F.softmax(X, dim=1),
    "softmax of columns": lambda: torch.softmax(X, 0),
    "log_softmax": lambda: F.log_softmax(X, dim=-1),
    "mse_loss": lambda: F.mse_loss(X, Y),
    "mse_loss summed": lambda: F.mse_loss(X, Y, reduction="sum"),
    "nll_loss": lambda: F.nll_loss(F.log_softmax(X, 1), TARGET),
    "cross_entropy": lambda: F.cross_entropy(X, TARGET),
    "cross_entropy summed": lambda: F.cross_entropy(X, TARGET, reduction="sum"),
    "conv2d": lambda: F.conv2d(IMAGES, drawn(3, 4, 3, 3), B),
    "max_pool2d": lambda: F.max_pool2d(IMAGES[:, :, :8, :8], 2),
}


def worked(trace: Trace) -> Element | None:
    event = [each for each in trace.events if isinstance(each, OpRan)][-1]
    return op_element(trace, event)


@pytest.mark.parametrize("name", OPS)
def test_the_largest_element_is_worked_out(name: str) -> None:
    with gradviz.record() as trace:
        output = OPS[name]()
    element = worked(trace)
    assert element is not None
    assert name.split()[0] in FORMULAS
    assert abs(element.recorded) == output.abs().max().item()
    assert element.recorded == output[element.at].item()
    assert element.worked.computed == pytest.approx(element.recorded, rel=1e-5, abs=1e-6)
    assert element.worked.numbers


def test_every_formula_is_tried() -> None:
    assert {name.split()[0] for name in OPS} == set(FORMULAS)


@pytest.mark.parametrize("double", [False, True])
def test_modules_say_their_settings(double: bool) -> None:
    model = nn.Sequential(
        nn.Conv2d(4, 6, 3, stride=2, padding=(1, 2), dilation=(1, 2), groups=2),
        nn.MaxPool2d(3, 2, padding=1),
    )
    dtype = torch.float64 if double else torch.float32
    model, images = model.to(dtype), IMAGES.to(dtype)
    with gradviz.record(model) as trace:
        model(images)
    conv, pool = (each for each in trace.events if isinstance(each, OpRan))
    for event in (conv, pool):
        element = op_element(trace, event)
        assert element is not None
        assert element.worked.computed == pytest.approx(element.recorded, rel=1e-5)


def test_long_sums_are_cut_to_their_largest_terms() -> None:
    x, weight = drawn(1, 50), torch.ones(1, 50)
    with gradviz.record() as trace:
        F.linear(x, weight)
    element = worked(trace)
    assert element is not None
    assert element.worked.formula == "Σₖ x[0, k] · w[0, k]"
    assert element.worked.numbers.endswith(" + … 47 more")
    shown = element.worked.numbers.replace("−", "-")
    for term in x[0][x[0].abs().topk(3).indices]:
        assert f"{abs(term.item()):.4g} · 1" in shown


def test_short_ones_are_written_out() -> None:
    with gradviz.record() as trace:
        F.linear(torch.tensor([[2.0, -3.0]]), torch.tensor([[0.5, -1.0]]), torch.tensor([-1.0]))
    element = worked(trace)
    assert element is not None
    assert element.worked.formula == "Σₖ x[0, k] · w[0, k] + b[0]"
    assert element.worked.numbers == "2 · 0.5 − 3 · (−1) − 1"
    assert element.recorded == 3.0


UNTOLD: dict[str, Callable[[], Tensor]] = {
    "a number that no event holds": lambda: X * 2,
    "another alpha": lambda: torch.add(X, Y, alpha=2),
    "another beta": lambda: torch.addmm(B, X, W.T, beta=0.5),
    "weights of classes": lambda: F.cross_entropy(X, TARGET, weight=torch.arange(1.0, 6)),
    "smoothed": lambda: F.cross_entropy(X, TARGET, label_smoothing=0.2),
    "ignored": lambda: F.cross_entropy(X, torch.tensor([0, -100, 1, 2])),
    "each loss": lambda: F.mse_loss(X, Y, reduction="none"),
    "a stride that nothing says": lambda: F.conv2d(IMAGES, drawn(3, 4, 3, 3), stride=2),
    "windows that overlap": lambda: F.max_pool2d(IMAGES, 3, stride=1),
    "complex": lambda: torch.exp(torch.complex(X, Y)),
    "integers": lambda: TARGET + TARGET,
    "empty": lambda: X[:0] + X[:0],
    "without a formula": lambda: torch.cumsum(X, 0),
}


@pytest.mark.parametrize("name", UNTOLD)
def test_where_the_numbers_do_not_agree_nothing_is_told(name: str) -> None:
    with gradviz.record() as trace:
        UNTOLD[name]()
    assert worked(trace) is None


def test_what_is_not_a_number_is_told_as_torch_has_it() -> None:
    with gradviz.record() as trace:
        torch.tensor([1.0, float("nan")]) + torch.tensor([1.0, 2.0])
    element = worked(trace)
    assert element is not None
    assert element.worked.numbers == "nan + 2"
