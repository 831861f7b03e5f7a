from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

import gradviz
from gradviz.engine.record.saved import TELLS
from gradviz.explain.savedtensors import saved_facts
from gradviz.trace.events import NodeRan
from gradviz.trace.graph import AutogradGraph, GraphNode
from gradviz.trace.trace import Trace

pytestmark = pytest.mark.skipif(not TELLS, reason="torch does not tell")


def told(trace: Trace, index: int, name: str, graph: int = 0) -> dict[str, str]:
    found = trace.graphs[graph]
    return dict(saved_facts(trace, index, found, named(found, name)))


def named(graph: AutogradGraph, name: str) -> GraphNode:
    return next(node for node in graph.nodes if node.name.startswith(name))


def ran(trace: Trace, name: str) -> int:
    return next(
        event.index
        for event in trace.events
        if isinstance(event, NodeRan) and event.name.startswith(name)
    )


def test_versions_before_backward_fails() -> None:
    w = torch.ones(3, requires_grad=True)
    trace = Trace()

    def run() -> None:
        nonlocal trace
        with gradviz.record() as trace:
            h = w.exp()
            loss = (h * 2).sum()
            with torch.no_grad():
                h.mul_(3)
            loss.backward()

    with pytest.raises(RuntimeError, match="inplace"):
        run()
    begins = trace.graphs[0].begins
    assert told(trace, begins - 1, "Exp") == {
        "saved result": "(3,) float32 · saved v0 / now v1 when backward begins"
    }
    failing = {
        "saved result": "(3,) float32 · saved v0 / now v1: changed in place, so backward fails"
    }
    assert told(trace, begins, "Exp") == failing
    assert told(trace, len(trace.events) - 1, "Exp") == failing


def test_freed_by_the_node_that_uses_it_unless_retained() -> None:
    w = torch.ones(3, requires_grad=True)
    with gradviz.record() as trace:
        loss = w.exp().sum()
        loss.backward(retain_graph=True)
        loss.backward()
    first, second = trace.graphs
    for index in range(second.begins):
        assert told(trace, index, "Exp") == {"saved result": "(3,) float32 · v0"}
    used = max(e.index for e in trace.events if isinstance(e, NodeRan) and "Exp" in e.name)
    assert first.begins < second.begins < used
    assert told(trace, used - 1, "Exp", 1) == {"saved result": "(3,) float32 · v0"}
    freed = {"saved result": "(3,) float32 · freed: backward has used it"}
    assert told(trace, used, "Exp", 1) == freed


def test_the_second_backward_is_foretold() -> None:
    w = torch.ones(3, requires_grad=True)
    trace = Trace()

    def run() -> None:
        nonlocal trace
        with gradviz.record() as trace:
            loss = w.exp().sum()
            loss.backward()
            loss.backward()

    with pytest.raises(RuntimeError, match="a second time"):
        run()
    assert told(trace, trace.graphs[1].begins, "Exp", 1) == {
        "saved result": "freed by an earlier backward; running this one fails"
    }


def test_frozen_and_packed() -> None:
    model = nn.Linear(3, 2, bias=False)
    model.weight.requires_grad_(False)
    x = torch.ones(1, 3, requires_grad=True)

    def same(tensor: Tensor) -> Tensor:
        return tensor

    with gradviz.record(model) as trace:
        model(x).sum().backward()
        with saved_tensors_hooks(same, same):
            loss = x.exp().sum()
        loss.backward()
    assert list(told(trace, ran(trace, "Mm") - 1, "Mm").values()) == [
        f"(3, 2) float32 · weight (frozen) · v{model.weight._version}"
    ]
    assert told(trace, trace.graphs[1].begins, "Exp", 1) == {
        "saved result": "packed by saved_tensors_hooks"
    }
