from __future__ import annotations

import math
import time

import pytest
import torch

import gradviz
from gradviz.engine.record.saved import TELLS
from gradviz.render.status.status import Saved, Status, statuses
from gradviz.trace.events import GradAccumulated, LossComputed, NodeRan, OpRan, ParamUpdated
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.moment import resolve
from gradviz.trace.trace import Trace

told = pytest.mark.skipif(not TELLS, reason="torch does not tell")
HELD = Saved(1) if TELLS else None


def at(trace: Trace, moment: str) -> dict[str, Status]:
    """Statuses of the first iteration, by leaf or by torch's name (the last of that name)."""
    graph = trace.graphs[0]
    known = statuses(trace, graph, resolve(trace, f"0/{moment}"))
    return {node.variable or node.name: known[node.id] for node in graph.nodes}


def test_at_the_start_nothing_has_happened(moons: Trace) -> None:
    known = at(moons, "start")
    assert {status.stage for status in known.values()} == {"ahead"}
    assert not any(status.current or status.sent for status in known.values())
    assert known["fc1.weight"].grad == "none"
    assert known["AddmmBackward0"].grad is None


def test_forward_reaches_node_by_node(moons: Trace) -> None:
    known = at(moons, "forward:2")
    assert known["TanhBackward0"] == Status(stage="made", current=True, saved=HELD)
    assert known["fc1.weight"].stage == "made"
    assert known["fc2.weight"].stage == "ahead"
    assert known["NllLossBackward0"].stage == "ahead"


def test_the_loss_is_known_once_it_is_computed(moons: Trace) -> None:
    event = next(event for event in moons.events if isinstance(event, LossComputed))
    loss = at(moons, "loss:end")["NllLossBackward0"]
    assert loss.current
    assert loss.value == moons.value(event.value).item()
    assert at(moons, "loss:1")["NllLossBackward0"].value is None


def test_backward_tells_the_norms_that_torch_computed(moons: Trace) -> None:
    graph = moons.graphs[0]
    known = statuses(moons, graph, resolve(moons, "0/backward:end"))
    for event in moons.events:
        if event.iteration:
            break
        if isinstance(event, NodeRan):
            arrived = moons.value(event.grad_outputs[0])
            assert known[event.node].stage == "passed"
            assert known[event.node].grad == pytest.approx(arrived.double().norm().item())
            for slot, ref in enumerate(event.grad_inputs):
                assert (slot in known[event.node].sent) == (ref is not None)
        if isinstance(event, GradAccumulated):
            assert known[event.node].grad == pytest.approx(
                moons.value(event.after).double().norm().item()
            )


def test_a_gradient_is_not_known_before_it_came(moons: Trace) -> None:
    known = at(moons, "backward:2")
    assert known["LogSoftmaxBackward0"].current
    assert known["TanhBackward0"] == Status(stage="made", saved=HELD)
    assert known["fc1.weight"].grad == "none"


@told
def test_what_a_node_saved_is_freed_as_it_runs(moons: Trace) -> None:
    graph = moons.graphs[0]
    (tanh,) = (node for node in graph.nodes if node.name == "TanhBackward0")
    made = next(e.index for e in moons.events if isinstance(e, OpRan) and tanh.id in e.nodes)
    ran = next(e.index for e in moons.events if isinstance(e, NodeRan) and e.node == tanh.id)
    for index in range(-1, ran + 1):
        expected = None if index < made else Saved(1, freed=index >= ran)
        assert statuses(moons, graph, index)[tanh.id].saved == expected


@told
def test_nothing_is_freed_that_is_retained() -> None:
    w = torch.ones(3, requires_grad=True)
    with gradviz.record() as trace:
        loss = w.exp().sum()
        loss.backward(retain_graph=True)
        loss.backward()
    for graph, freed in zip(trace.graphs, (False, True), strict=True):
        known = statuses(trace, graph, len(trace.events) - 1)
        saved = {known[node.id].saved for node in graph.nodes if node.saved}
        assert saved == {Saved(1, freed=freed)}


@told
def test_a_saved_tensor_that_was_changed_in_place() -> None:
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

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        run()
    graph = trace.graphs[0]
    (exp,) = (node for node in graph.nodes if node.name == "ExpBackward0")
    assert statuses(trace, graph, graph.begins - 1)[exp.id].saved == Saved(1)
    assert statuses(trace, graph, graph.begins)[exp.id].saved == Saved(1, changed=exp.saved[0])
    assert exp.saved[0].versions == "saved v0 / now v1"


def test_step_marks_one_parameter_after_the_other(moons: Trace) -> None:
    known = at(moons, "step:1")
    assert known["fc1.weight"].stage == "updated"
    assert known["fc1.weight"].current
    assert known["fc2.weight"].stage == "passed"


def test_the_grad_of_the_iteration_before_is_there_until_zero_grad(moons: Trace) -> None:
    graph = moons.graphs[1]
    weight = next(node.id for node in graph.nodes if node.variable == "fc1.weight")
    before = statuses(moons, graph, resolve(moons, "1/data:1"))[weight].grad
    assert isinstance(before, float)
    assert before > 0
    assert statuses(moons, graph, resolve(moons, "1/zero_grad:end"))[weight].grad == "none"


def test_a_later_iteration_leaves_the_graph_as_it_ended(moons: Trace) -> None:
    graph = moons.graphs[0]
    end = statuses(moons, graph, resolve(moons, "0/end"))
    later = statuses(moons, graph, len(moons.events) - 1)
    assert {id: status.grad for id, status in later.items()} == {
        id: status.grad for id, status in end.items()
    }
    assert not any(status.current for status in later.values())


def test_zero_and_none_and_nan_differ() -> None:
    weights = [torch.ones(2, requires_grad=True) for _ in range(3)]
    factors = (torch.zeros(2), torch.full((2,), math.nan), torch.ones(2))
    with gradviz.record() as trace:
        sum((w * f).sum() for w, f in zip(weights, factors, strict=True)).backward()
    graph = trace.graphs[0]
    known = statuses(trace, graph, len(trace.events) - 1)
    norms = [known[node.id].grad for node in graph.nodes if node.variable is not None]
    assert norms[0] == 0.0
    assert isinstance(norms[1], float)
    assert math.isnan(norms[1])
    assert norms[2] == pytest.approx(math.sqrt(2))
    assert "none" in {
        status.grad for id, status in statuses(trace, graph, 0).items() if graph.by_id[id].variable
    }


def test_a_dropped_value_is_lost_not_wrong() -> None:
    weight = torch.ones(64, requires_grad=True)
    with gradviz.record() as trace:
        (weight * 2).tanh().sum().backward()
    trace.store.budget = 0
    trace.store._drop_oldest(but=-1)
    known = statuses(trace, trace.graphs[0], len(trace.events) - 1)
    assert "lost" in {status.grad for status in known.values()}


def test_a_leaf_that_is_its_own_loss_has_no_graph() -> None:
    empty = AutogradGraph((), (), None)
    assert statuses(Trace(), empty, -1) == {}


def test_moving_the_cursor_computes_no_norm_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = torch.ones(3, requires_grad=True)
    with gradviz.record() as trace:
        value = weight
        for _ in range(500):
            value = value.tanh()
        value.sum().backward()
    graph, last = trace.graphs[0], len(trace.events) - 1
    statuses(trace, graph, last)
    monkeypatch.setattr("gradviz.render.status.status.norm", None)
    began = time.perf_counter()
    statuses(trace, graph, last - 1)
    assert time.perf_counter() - began < 0.1


def test_every_event_about_a_node_has_a_current_one(letters: Trace) -> None:
    graph = letters.graphs[0]
    for event in letters.events:
        if isinstance(event, OpRan | NodeRan | GradAccumulated | ParamUpdated | LossComputed):
            known = statuses(letters, graph, event.index)
            assert any(status.current for status in known.values())
