"""What the inspector says of one element."""

from __future__ import annotations

import torch
from torch import nn

import gradviz
from gradviz.qt.formulalines import node_workings, op_workings
from gradviz.trace.events import NodeRan, OpRan


def test_forward_and_backward_of_an_element() -> None:
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.5, -2.0]]))
        layer.bias.fill_(1.0)
    with gradviz.record(layer) as trace:
        torch.tanh(layer(torch.tensor([[3.0, 1.0]]))).backward(torch.tensor([[4.0]]))
    ops = [each for each in trace.events if isinstance(each, OpRan)]
    (linear,) = op_workings(trace, next(each for each in ops if each.op == "linear"))
    assert [line.text for line in linear.lines] == [
        "= Σₖ x[0, k] · w[0, k] + b[0]",
        "= 3 · 0.5 + 1 · (−2) + 1",
        "= 0.5",
    ]
    assert [line.name for line in linear.lines] == ["y[0, 0]", "", ""]
    ran = next(each for each in trace.events if isinstance(each, NodeRan))
    (tanh,) = node_workings(trace, ran)
    upstream, local, downstream = (line.text for line in tanh.lines)
    assert upstream == "dL/dy[0, 0] = 4"
    assert local == "1 − y² = 1 − 0.4621² = 0.7864"
    assert downstream == "4 · 0.7864 = 3.146"


def test_an_op_without_a_formula_has_none() -> None:
    with gradviz.record() as trace:
        torch.arange(4.0).cumsum(0)
    for each in trace.events:
        assert isinstance(each, OpRan)
        assert op_workings(trace, each) == ()
