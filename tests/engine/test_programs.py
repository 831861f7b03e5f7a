"""Every program gives the same bits with the recorder on, and every recorded value can be had."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.engine.record.record import recording
from gradviz.trace.events import Failed, GradAccumulated, ParamUpdated
from tests.engine.compare import marks, same, unlike_now, unreadable
from tests.engine.programs import PROGRAMS, Outcome

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*reduced precision",
    "ignore:.*None of the inputs have requires_grad",
    "ignore:Lazy modules:UserWarning",
    "ignore:Anomaly Detection has been enabled:UserWarning",
)


def everything(outcome: Outcome) -> dict[str, Any]:
    model, optimizers, results = outcome
    state: dict[str, Any] = {"results": results}
    if isinstance(model, nn.Module):
        state["model"] = dict(model.state_dict())
        state["grads"] = {name: p.grad for name, p in model.named_parameters()}
    state["optimizers"] = [optimizer.state_dict()["state"] for optimizer in optimizers]
    return state


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recorded_program_is_the_plain_one(name: str) -> None:
    torch.manual_seed(3)
    plain = everything(PROGRAMS[name]())
    before = marks()
    torch.manual_seed(3)
    trace = gradviz.Trace()
    with recording(trace, model=None, optimizer=None, iteration=0) as recorder:
        outcome = PROGRAMS[name]()
    assert marks() == before
    recorded = everything(outcome)
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    assert not any(isinstance(event, Failed) for event in trace.events)
    assert unreadable(trace) == []
    assert recorder.names.leaves
    assert unlike_now(recorder) == []
    state = trace.at(len(trace.events) - 1).optimizer
    for leaf_name, leaf in recorder.names.leaves.items():
        for optimizer in outcome[1]:
            for key, value in optimizer.state.get(leaf, {}).items():
                if isinstance(value, Tensor):
                    assert same(value, state[leaf_name][key]), (leaf_name, key)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_change_begins_where_the_last_one_ended(name: str) -> None:
    torch.manual_seed(3)
    with gradviz.record() as trace:
        PROGRAMS[name]()
    for event in trace.events:
        before, after = trace.at(event.index - 1), trace.at(event.index)
        if isinstance(event, GradAccumulated):
            added = trace.value(event.added)
            expected = added if event.before is None else trace.value(event.before) + added
            assert same(expected, trace.value(event.after)), event
            if event.param in before.grads:
                old = before.grads[event.param]
                assert same(None if event.before is None else trace.value(event.before), old)
            assert same(after.grads[event.param], expected)
        if isinstance(event, ParamUpdated) and event.param in before.params:
            assert same(trace.value(event.before), before.params[event.param]), event
            assert same(trace.value(event.after), after.params[event.param])
