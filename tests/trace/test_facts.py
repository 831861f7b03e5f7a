"""The facts of an event, beside what plain torch says of the same values."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.engine.record.record import recording
from gradviz.spec.vocabulary import NAMES
from gradviz.trace.events import (
    AnyEvent,
    BatchFetched,
    BufferChanged,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    OpRan,
    ParamUpdated,
    ValueRef,
)
from gradviz.trace.facts import FACTS, Facts, values_in, values_out
from gradviz.trace.store import ValueStore
from gradviz.trace.trace import Trace
from gradviz.trace.travel import module_of


def traced(examples: Path, name: str, *, iterations: int = 2) -> Trace:
    session = gradviz.Session.from_project(gradviz.load(examples / f"{name}.gradviz"))
    for _ in range(iterations):
        session.run_iteration()
    return session.trace


@pytest.fixture(params=["letters_cnn", "moons_mlp"])
def trace(request: pytest.FixtureRequest, examples: Path) -> Trace:
    return traced(examples, request.param)


def last(trace: Trace, kind: type[AnyEvent]) -> Any:
    return next(event for event in reversed(trace.events) if isinstance(event, kind))


def test_there_is_a_fact_for_each_name_of_a_condition() -> None:
    assert list(FACTS) == list(NAMES)


def test_a_fact_is_of_its_kind_or_nothing(trace: Trace) -> None:
    facts = Facts(trace)
    kinds = {"number": (int, float), "text": str, "shape": tuple}
    applied = set()
    for event in trace.events:
        for name, word in NAMES.items():
            fact = facts.ask(event, name)
            if fact is not None:
                applied.add(name)
                assert isinstance(fact, kinds[word.kind])
                assert not word.among or fact in word.among
    assert applied == set(NAMES) - {"buffer"}


def test_the_module_is_the_one_that_the_table_shows(trace: Trace) -> None:
    facts = Facts(trace)
    for event in [*trace.events, *reversed(trace.events)]:
        assert facts.module(event) == module_of(trace, event)


def test_numbers_are_torchs(trace: Trace) -> None:
    facts = Facts(trace)

    def norm(ref: ValueRef) -> float:
        return trace.value(ref).double().norm().item()

    op, node = last(trace, OpRan), last(trace, NodeRan)
    added, moved = last(trace, GradAccumulated), last(trace, ParamUpdated)
    loss, batch = last(trace, LossComputed), last(trace, BatchFetched)
    assert facts.ask(op, "value_norm") == norm(op.outputs[0])
    assert facts.ask(batch, "value_norm") == norm(next(iter(batch.values.values())))
    assert facts.ask(node, "grad_norm") == norm(node.grad_outputs[0])
    assert facts.ask(added, "grad_norm") == norm(added.after)
    assert facts.ask(moved, "grad_norm") == norm(moved.grad)
    before, after = trace.value(moved.before).double(), trace.value(moved.after).double()
    assert facts.ask(moved, "update_norm") == (after - before).norm().item()
    assert facts.ask(moved, "lr") == moved.settings["lr"]
    assert facts.ask(moved, "max") == trace.value(moved.after).max().item()
    assert facts.ask(loss, "loss") == trace.value(loss.value).item()
    assert facts.ask(added, "node") == "AccumulateGrad"
    for event, name in ((op, "grad_norm"), (op, "loss"), (node, "op"), (loss, "param")):
        assert facts.ask(event, name) is None
    assert facts.ask(last(trace, GradZeroed), "grad_norm") is None


def test_a_buffer_and_an_edited_gradient_have_facts_too() -> None:
    model = torch.nn.BatchNorm1d(2)
    with gradviz.record(model) as trace:
        model(torch.randn(4, 2)).sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
    facts = Facts(trace)
    changed = [event for event in trace.events if isinstance(event, BufferChanged)]
    names = {facts.ask(event, "buffer") for event in changed}
    assert names == {"running_mean", "running_var", "num_batches_tracked"}
    assert {facts.ask(event, "update_norm") for event in changed} > {1.0}
    edited = last(trace, GradEdited)
    assert facts.ask(edited, "param") == edited.target
    assert facts.ask(edited, "grad_norm") < 1.1e-3


def test_bad_counts_what_came_out() -> None:
    with gradviz.record() as trace:
        torch.tensor([0.0, 1.0, -1.0]).log()
        torch.ones(3).mul(2)
        torch.tensor([1, 2]).mul(2)
    facts = Facts(trace)
    bad = {event.op: facts.ask(event, "bad") for event in trace.events}
    assert bad["log"] == 2
    assert bad["mul"] == 0


@pytest.mark.filterwarnings("ignore:Sparse CSR:UserWarning")
def test_odd_tensors_have_the_facts_that_torch_can_compute() -> None:
    with gradviz.record() as trace:
        sparse = torch.sparse_coo_tensor([[0, 1]], [1.0, math.inf], (3,), check_invariants=True) * 2
        sparse.to_dense().abs()
        torch.ones(3).to(torch.float8_e5m2)
        torch.eye(2).to_sparse_csr()
        (torch.ones(2) * 1j).mul(math.nan)
        torch.empty(0).mul(2)
        torch.ones(3, device="meta").mul(2)
    facts = Facts(trace)
    finite = []
    for event in trace.events:
        for name in FACTS:
            facts.ask(event, name)
        finite += [facts.finite(event, ref) for ref in values_out(event)]
    assert set(finite) == {True, False, None}
    assert finite[-1] is None


def test_a_dropped_value_has_no_facts() -> None:
    trace = Trace()
    trace.store = ValueStore(budget=100)
    with recording(trace, model=None, optimizer=None, iteration=0):
        x = torch.ones(20)
        for _ in range(3):
            x = x.mul(2)
    facts = Facts(trace)
    assert facts.ask(trace.events[0], "value_norm") is None
    assert facts.finite(trace.events[0], next(values_out(trace.events[0]))) is None
    assert facts.ask(trace.events[0], "shape") == (20,)
    assert facts.ask(trace.events[-1], "value_norm") is not None


def test_what_goes_in_and_comes_out_is_all_that_an_event_holds(trace: Trace) -> None:
    for event in trace.events:
        held = [ref.id for ref in (*values_in(event), *values_out(event))]
        if isinstance(event, ParamUpdated):
            assert {event.before.id, event.grad.id, event.after.id} <= set(held)
        if isinstance(event, OpRan):
            assert held == [ref.id for ref in (*event.inputs, *event.outputs)]
