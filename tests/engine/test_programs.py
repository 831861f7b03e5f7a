"""Every program gives the same bits with the recorder on, and every recorded value can be had."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.engine.record import recording
from gradviz.trace.events import Failed, ValueRef
from tests.engine.programs import PROGRAMS, Outcome


def refs(value: object) -> list[ValueRef]:
    if isinstance(value, ValueRef):
        return [value]
    if hasattr(value, "__struct_fields__"):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [ref for item in value for ref in refs(item)]
    return []


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        if a.is_sparse:
            a, b = a.to_dense(), b.to_dense()
        equal = a.shape == b.shape and a.dtype == b.dtype
        return bool(equal and torch.equal(a.detach().nan_to_num(), b.detach().nan_to_num()))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def everything(outcome: Outcome) -> dict[str, Any]:
    model, optimizers, results = outcome
    state: dict[str, Any] = {"results": results}
    if isinstance(model, nn.Module):
        state["model"] = dict(model.state_dict())
        state["grads"] = {name: p.grad for name, p in model.named_parameters()}
    state["optimizers"] = [optimizer.state_dict()["state"] for optimizer in optimizers]
    return state


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore:.*reduced precision|.*None of the inputs have requires_grad")
def test_the_recorder_changes_no_bit_and_loses_no_value(name: str) -> None:
    torch.manual_seed(3)
    plain = everything(PROGRAMS[name]())
    torch.manual_seed(3)
    with gradviz.record() as trace:
        outcome = PROGRAMS[name]()
    recorded = everything(outcome)
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    assert not any(isinstance(event, Failed) for event in trace.events)
    for event in trace.events:
        for ref in refs(event):
            trace.value(ref)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore:.*reduced precision|.*None of the inputs have requires_grad")
def test_the_state_at_the_end_is_the_live_one(name: str) -> None:
    torch.manual_seed(3)
    trace = gradviz.Trace()
    with recording(trace, model=None, optimizer=None, iteration=0) as recorder:
        _model, optimizers, _results = PROGRAMS[name]()
    state = trace.at(len(trace.events) - 1)
    assert recorder.names.leaves
    for leaf_name, leaf in recorder.names.leaves.items():
        assert same(leaf.detach(), state.params[leaf_name]), leaf_name
        assert same(leaf.grad, state.grads[leaf_name]), leaf_name
        for optimizer in optimizers:
            for key, value in optimizer.state.get(leaf, {}).items():
                if isinstance(value, Tensor):
                    assert same(value, state.optimizer[leaf_name][key]), (leaf_name, key)
