"""Where a trace hits a breakpoint and why, on real traces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import gradviz
from gradviz import Breakpoint, i18n
from gradviz.engine.record.record import recording
from gradviz.engine.stops.stops import Scan, hits, is_hit, next_stop
from gradviz.trace.events import Failed, GradAccumulated, LossComputed, NodeRan, OpRan
from gradviz.trace.facts import Facts
from gradviz.trace.trace import Trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    """Three iterations of the letters' CNN."""
    from gradviz.resources import assets

    project = gradviz.load(assets() / "examples" / "letters_cnn.gradviz")
    session = gradviz.Session.from_project(project)
    for _ in range(3):
        session.run_iteration()
    return session.trace


def recorded(*iterations: Callable[[], object], model: nn.Module | None = None) -> Trace:
    trace = Trace()
    for number, run in enumerate(iterations):
        with recording(trace, model=model, optimizer=None, iteration=number):
            run()
    return trace


def why(trace: Trace, breakpoint: Breakpoint) -> str:
    stop = next_stop(trace, [breakpoint])
    assert stop is not None
    assert stop.breakpoint == breakpoint
    return stop.why


def test_an_op_a_node_and_a_parameter_hit_each_time(trace: Trace) -> None:
    ops = [event.index for event in trace.events if isinstance(event, OpRan) and event.op == "relu"]
    assert list(hits(trace, Breakpoint("op", "relu"))) == ops
    nodes = [e.index for e in trace.events if isinstance(e, NodeRan) and e.name == "ReluBackward0"]
    assert list(hits(trace, Breakpoint("node", "ReluBackward0"))) == nodes
    leaves = [event.index for event in trace.events if isinstance(event, GradAccumulated)]
    assert list(hits(trace, Breakpoint("node", "AccumulateGrad"))) == leaves
    touched = [trace.events[i] for i in hits(trace, Breakpoint("param", "fc1.bias"))]
    kinds = [type(event).__name__ for event in touched if event.iteration == 1]
    assert kinds == ["GradZeroed", "GradAccumulated", "ParamUpdated"]
    assert why(trace, Breakpoint("op", "relu")) == "relu (relu1) runs"
    assert why(trace, Breakpoint("param", "fc1.bias")) == "parameter fc1.bias: GradZeroed"


def test_a_module_is_hit_when_it_is_entered(trace: Trace) -> None:
    entered = [trace.events[i] for i in hits(trace, Breakpoint("module", "conv2"))]
    assert [event.phase for event in entered] == ["forward", "backward"] * 3
    for event in entered:
        assert Facts(trace).module(event) == "conv2"
        assert Facts(trace).module(trace.events[event.index - 1]) != "conv2"
    assert why(trace, Breakpoint("module", "conv2")) == "in module conv2, phase forward"


def test_a_phase_and_an_iteration_are_hit_at_their_first_event(trace: Trace) -> None:
    for phase in ("data", "zero_grad", "forward", "loss", "backward", "step"):
        found = [trace.events[i] for i in hits(trace, Breakpoint("phase", phase))]
        assert [event.iteration for event in found] == [0, 1, 2]
        for event in found:
            assert event.phase == phase
            assert event.index == 0 or trace.events[event.index - 1].phase != phase
    (index,) = hits(trace, Breakpoint("iteration", 2))
    assert trace.events[index].iteration == 2
    assert trace.events[index - 1].iteration == 1
    stop = next_stop(trace, [Breakpoint("phase", "loss")], after=50)
    assert stop is not None
    assert stop.why == "in phase loss of iteration 1"


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.bodyguard = nn.Tanh()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(self.bodyguard(self.body(x)))


def test_a_module_counts_with_all_below_it_and_each_of_its_calls() -> None:
    model = Nested()
    x = torch.ones(1, 2)
    trace = recorded(lambda: model(x), model=model)
    modules = [event.module for event in trace.events]
    assert "body#2.0" in modules or "body#2.0#2" in modules

    def entered(name: str) -> list[int]:
        return list(hits(trace, Breakpoint("module", name)))

    assert entered("body") == [0, 3]
    assert entered("body.1") == [1, 4]
    assert entered("bodyguard") == [2]
    assert entered(modules[4]) == [4]
    assert entered("bod") == []


def test_a_condition_within_a_visit_is_hit_once_where_it_becomes_true(trace: Trace) -> None:
    breakpoint = Breakpoint("phase", "backward", when='param == "conv2.bias"')
    found = [trace.events[i] for i in hits(trace, breakpoint)]
    assert [event.param for event in found] == ["conv2.bias"] * 3
    loose = Breakpoint("phase", "backward", when='module.startswith("conv")')
    first = [trace.events[i] for i in hits(trace, loose)]
    assert [Facts(trace).module(event) for event in first] == ["conv2"] * 3
    assert why(trace, breakpoint) == (
        'in phase backward of iteration 0; “param == "conv2.bias"” is true: param = conv2.bias'
    )


def test_a_run_that_begins_inside_a_visit_waits_for_the_next(trace: Trace) -> None:
    breakpoint = Breakpoint("phase", "backward")
    first, second, _ = hits(trace, breakpoint)
    for after, wanted in ((first - 1, first), (first, second), (first + 3, second)):
        stop = next_stop(trace, [breakpoint], after=after)
        assert stop is not None
        assert stop.event.index == wanted


def test_the_nth_hit_is_counted_from_where_the_run_begins(trace: Trace) -> None:
    all_hits = list(hits(trace, Breakpoint("op", "conv2d")))
    scan = Scan(trace, [Breakpoint("op", "conv2d", hits=4)], after=-1)
    stop = scan.next()
    assert stop is not None
    assert stop.event.index == all_hits[3]
    assert stop.why == "conv2d (conv2) runs; hit 4"
    assert scan.next() is None
    again = next_stop(trace, [Breakpoint("op", "conv2d", hits=2)], after=all_hits[0])
    assert again is not None
    assert again.event.index == all_hits[2]


def test_the_first_of_several_counts_and_what_is_off_does_not(trace: Trace) -> None:
    off = Breakpoint("iteration", 0, enabled=False)
    later, one, other = (
        Breakpoint("phase", "step"), Breakpoint("op", "linear"), Breakpoint("module", "fc1"),
    )  # fmt: skip
    stop = next_stop(trace, [off, later, one, other])
    assert stop is not None
    assert stop.breakpoint == one
    assert next_stop(trace, [off]) is None
    assert next_stop(trace, []) is None


def test_one_event_can_be_asked_for(trace: Trace) -> None:
    for breakpoint in (
        Breakpoint("module", "conv2"),
        Breakpoint("op", "relu", hits=5, enabled=False),
        Breakpoint("phase", "loss"),
        Breakpoint("expression", "grad_norm > 0.1 and phase == 'backward'"),
    ):
        found = set(hits(trace, breakpoint))
        assert found
        assert {i for i in range(len(trace.events)) if is_hit(trace, breakpoint, i)} == found


def root_of_zero() -> Trace:
    x = torch.tensor([4.0, 0.0], requires_grad=True)
    weight = torch.ones(2, requires_grad=True)

    def iteration() -> None:
        (x.mul(weight).sqrt().mul(2).sum()).backward()

    return recorded(iteration, iteration)


def test_the_culprit_of_a_value_that_is_not_finite_is_named() -> None:
    trace = root_of_zero()
    breakpoint = Breakpoint("nonfinite")
    stop = next_stop(trace, [breakpoint])
    assert stop is not None
    assert isinstance(stop.event, NodeRan)
    assert stop.event.name == "SqrtBackward0"
    assert stop.event.iteration == 0
    assert stop.culprit == stop.event.index
    (leaving,) = stop.event.grad_inputs
    assert trace.value(leaving).tolist() == [0.5, float("inf")]
    assert stop.why == (
        "1 of 2 elements from SqrtBackward0 are not finite, and everything that went in was: "
        "it begins here"
    )


def test_met_again_it_is_told_where_it_began() -> None:
    trace = root_of_zero()
    breakpoint = Breakpoint("nonfinite")
    first, second = hits(trace, breakpoint)
    assert trace.events[second].iteration == 1
    inside = next_stop(trace, [breakpoint], after=first)
    assert inside is not None
    assert inside.event.index == second
    assert inside.culprit == second

    x = torch.tensor([1.0, 0.0])
    trace = recorded(lambda: x.div_(torch.zeros(2)), lambda: x.add(1), lambda: x.mul(2).mul(3))
    told = [next_stop(trace, [breakpoint], after=i - 1) for i in hits(trace, breakpoint)]
    assert [stop.event.op for stop in told] == ["div_", "add", "mul"]
    assert [stop.culprit for stop in told] == [told[0].event.index] * 3
    assert told[2].why == "2 of 2 elements from mul are not finite; it began in event 1, div_"


def test_what_was_not_finite_from_the_start_has_no_culprit() -> None:
    x = torch.tensor([1.0, float("nan")])
    trace = recorded(lambda: torch.ones(2).mul(2), lambda: x.mul(2).mul(3))
    stop = next_stop(trace, [Breakpoint("nonfinite")])
    assert stop is not None
    assert stop.culprit is None
    assert "began before the recording" in stop.why
    assert len(list(hits(trace, Breakpoint("nonfinite")))) == 1


def test_gradient_norms_pass_bounds(trace: Trace) -> None:
    norms = {
        event.index: trace.value(event.after).double().norm().item()
        for event in trace.events
        if isinstance(event, GradAccumulated)
    }
    middle = sorted(norms.values())[len(norms) // 2]
    above = list(hits(trace, Breakpoint("grad_norm_above", middle)))
    below = list(hits(trace, Breakpoint("grad_norm_below", middle)))
    assert above == [index for index, norm in norms.items() if norm > middle]
    assert below == [index for index, norm in norms.items() if norm < middle]
    index = above[0]
    assert why(trace, Breakpoint("grad_norm_above", middle)) == (
        f"the gradient norm is {norms[index]:.4g}, above {middle}, at {trace.events[index].param}"
    )


def test_a_loss_that_rises() -> None:
    x = torch.ones((), requires_grad=True)

    def losses(*values: float) -> Callable[[], None]:
        return lambda: [(x * value).backward() for value in values] and None

    trace = recorded(losses(3), losses(2), losses(2), losses(2.5, 9), losses(1, 8), losses(1, 8.5))
    found = [trace.events[i] for i in hits(trace, Breakpoint("loss_rises"))]
    assert all(isinstance(event, LossComputed) for event in found)
    assert [(e.iteration, trace.value(e.value).item()) for e in found] == [(3, 2.5), (5, 8.5)]
    assert why(trace, Breakpoint("loss_rises")) == "the loss rose from 2 to 2.5"


def test_an_expression_says_what_made_it_true(trace: Trace) -> None:
    breakpoint = Breakpoint("expression", "phase == 'backward' and grad_norm > 0.5")
    for index in hits(trace, breakpoint):
        event = trace.events[index]
        held = event.after if isinstance(event, GradAccumulated) else event.grad_outputs[0]
        assert trace.value(held).norm() > 0.5
    assert why(trace, breakpoint) == (
        "“phase == 'backward' and grad_norm > 0.5” is true at NllLossBackward0 (CrossEntropyLoss): "
        "phase = backward, grad_norm = 1"
    )
    assert why(trace, Breakpoint("expression", "shape == (10,)")).endswith("shape = (10,)")


def test_a_failure_always_stops() -> None:
    def fails() -> None:
        torch.ones(2).mul(2)
        raise ValueError("damaged\nsample")

    trace = Trace()
    with (
        pytest.raises(ValueError, match="damaged"),
        recording(trace, model=None, optimizer=None, iteration=0),
    ):
        fails()
    stop = next_stop(trace, [])
    assert stop is not None
    assert isinstance(stop.event, Failed)
    assert not stop.hit
    assert stop.why == "the iteration failed: ValueError: damaged sample"


def test_a_scan_goes_on_when_the_trace_has_grown(examples: Path) -> None:
    session = gradviz.Session.from_project(gradviz.load(examples / "moons_mlp.gradviz"))
    scan = Scan(session.trace, [Breakpoint("phase", "step", hits=2)], after=-1)
    assert scan.next() is None
    session.run_iteration()
    assert scan.next() is None
    session.run_iteration()
    stop = scan.next()
    assert stop is not None
    assert (stop.event.iteration, stop.event.phase) == (1, "step")
    assert scan.next() is None


def test_the_reason_is_in_the_language_of_the_reader(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = next_stop(trace, [Breakpoint("phase", "step")])
    assert stop is not None
    told = []
    monkeypatch.setattr("gradviz.engine.stops.reasons._", lambda text: told.append(text) or text)
    i18n.use("ko")
    assert stop.why
    assert told == ["in phase {phase} of iteration {iteration}"]
