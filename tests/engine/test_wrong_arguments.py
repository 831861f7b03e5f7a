"""What a user gives by mistake: refused at once, with words that say how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz import i18n
from gradviz.engine.record.record import recording
from gradviz.errors import TraceError, UsageError, WrongTypeError, WrongValueError
from gradviz.trace.events import OpRan, ParamUpdated
from tests.engine.compare import marks, same

MODEL = nn.Linear(2, 1)
OPTIMIZER = torch.optim.SGD(MODEL.parameters(), lr=0.1)
BATCH = (torch.ones(4, 2), torch.zeros(4, 1))


@pytest.fixture(scope="module")
def trace() -> gradviz.Trace:
    with gradviz.record(MODEL, OPTIMIZER) as trace:
        MODEL(BATCH[0]).sum().backward()
        OPTIMIZER.step()
    return trace


def refused(call: Callable[[], Any], kind: type[Exception], said: str) -> None:
    """The call is refused in these words, in Korean in others, and torch is as it was."""
    before = marks()
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    english = str(caught.value)
    i18n.use("ko")
    korean = str(caught.value)
    i18n.use("en")
    assert english != korean
    assert marks() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((OPTIMIZER, MODEL), "model: got SGD instead of Module → give the model first"),
        ((list(MODEL.parameters()),), "model: got list instead of Module → give the nn.Module"),
        ((nn.Linear,), "model: got class Linear instead of Module → make one first: Linear(…)"),
        ((MODEL, torch.optim.SGD), "optimizer: got class SGD instead of Optimizer → make one"),
        ((MODEL, [OPTIMIZER]), "optimizer: got list instead of Optimizer → give one optimizer"),
        ((lambda x: x,), "model: got function instead of Module"),
    ],
)
def test_record_wants_a_model_and_an_optimizer(arguments: tuple, said: str) -> None:
    refused(lambda: gradviz.record(*arguments), TypeError, said)


@pytest.mark.parametrize(
    "make",
    [nn.DataParallel, lambda model: torch.jit.trace(model, BATCH[0]), lambda model: model],
    ids=["DataParallel", "ScriptModule", "a model in two names"],
)
@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_record_takes_every_module(make: Callable[[nn.Module], nn.Module]) -> None:
    model = make(nn.Linear(2, 1))
    with gradviz.record(model) as trace:
        model(BATCH[0]).sum().backward()
    end = trace.at(len(trace.events) - 1)
    assert [same(end.grads[name], p.grad) for name, p in model.named_parameters()] == [True] * 2


def test_a_recording_is_for_one_block() -> None:
    recording = gradviz.record()
    with recording as trace:
        torch.ones(2) * 2
        refused(recording.__enter__, UsageError, "record: this recording has begun already → call")
    with gradviz.record() as other:
        torch.ones(2)
    refused(recording.__enter__, UsageError, "this recording has begun already")
    assert [len(trace.events), len(other.events)] == [2, 1]


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"model": None}, TypeError, "model: got None instead of Module"),
        ({"model": nn.Linear}, TypeError, "make one first: Linear(…)"),
        ({"loss_fn": None}, TypeError, "loss_fn: got None instead of function → give a function"),
        ({"loss_fn": "mse"}, TypeError, "loss_fn: got 'mse' instead of function"),
        ({"loss_fn": nn.MSELoss}, TypeError, "got class MSELoss instead of function → make one"),
        ({"optimizer": None}, TypeError, "optimizer: got None instead of Optimizer → make one"),
        ({"loader": None}, TypeError, "loader: got None instead of Iterable → give a DataLoader"),
        ({"loader": DataLoader}, TypeError, "got class DataLoader instead of Iterable → make one"),
        ({"seed": "x"}, TypeError, "seed: got 'x' instead of int"),
        ({"seed": 1.5}, TypeError, "seed: got 1.5 instead of int"),
        ({"seed": 2**64}, ValueError, "seed: 18446744073709551616 is out of bounds → take"),
        ({"accumulate": 0}, ValueError, "accumulate: 0 is out of bounds → take a whole number"),
        ({"accumulate": "2"}, TypeError, "accumulate: got '2' instead of int"),
        ({"order": ()}, ValueError, "order: an iteration without any step does nothing → list"),
        ({"order": "forward"}, TypeError, "order: got 'forward' instead of tuple → list the"),
        ({"order": ("forward", "los")}, ValueError, "order: there is no step 'los' → list the"),
        ({"order": ("loss",)}, UsageError, "order: “loss” needs “forward” before it → put it"),
        ({"model": nn.Linear(2, 1)}, ValueError, "optimizer: the optimizer holds none of the"),
        ({"model": nn.ReLU()}, ValueError, "model: the model has no parameters, so there is"),
    ],
)
def test_a_session_wants_parts_that_fit(
    changes: dict[str, Any], kind: type[Exception], said: str
) -> None:
    parts: dict[str, Any] = {
        "model": MODEL, "loss_fn": nn.MSELoss(), "optimizer": OPTIMIZER, "loader": [BATCH],
    }  # fmt: skip
    refused(lambda: gradviz.Session(**parts | changes), kind, said)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": -1},
        {"seed": np.int64(3)},
        {"accumulate": torch.tensor(2)},
        {"loader": TensorDataset(*BATCH)},
        {"model": nn.Sequential(MODEL, nn.Linear(1, 1))},
    ],
)
def test_a_session_takes_what_torch_takes(changes: dict[str, Any]) -> None:
    """An optimizer may hold a part of the model, and a dataset is its own loader."""
    parts: dict[str, Any] = {
        "model": MODEL, "loss_fn": nn.MSELoss(), "optimizer": OPTIMIZER, "loader": [BATCH],
    }  # fmt: skip
    assert gradviz.Session(**parts | changes).run_iteration()


def test_the_loss_may_hold_what_is_trained() -> None:
    class Scaled(nn.MSELoss):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return super().forward(output * self.scale, target)

    loss = Scaled()
    optimizer = torch.optim.SGD(loss.parameters(), lr=0.1)
    session = gradviz.Session(nn.Flatten(), loss, optimizer, [(BATCH[0], BATCH[0])])
    assert session.run_iteration()
    assert [e.param for e in session.trace.events if isinstance(e, ParamUpdated)] == ["leaf#1"]


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda t: t.at(10**9), TraceError, "there is no event 1000000000 → take one from -1"),
        (lambda t: t.at(-2), TraceError, "there is no event -2"),
        (lambda t: t.at(1.5), TypeError, "at: got 1.5 instead of int → give the index of"),
        (lambda t: t.at(None), TypeError, "at: got None instead of int"),
        (lambda t: t.at("sideways"), UsageError, "at: “sideways” is no moment → write start"),
        (lambda t: t.graph_at(99), TraceError, "there is no event 99"),
        (lambda t: t.value(None), TypeError, "value: got None instead of ValueRef → give a"),
        (lambda t: t.value(t.events[0]), TypeError, "value: got OpRan instead of ValueRef"),
        (lambda t: gradviz.Trace(-1), ValueError, "budget: -1 is out of bounds"),
        (lambda t: gradviz.Trace("1 GB"), TypeError, "budget: got '1 GB' instead of int"),
    ],
)
def test_a_trace_is_asked_for_what_it_has(
    trace: gradviz.Trace, ask: Callable[[gradviz.Trace], Any], kind: type[Exception], said: str
) -> None:
    refused(lambda: ask(trace), kind, said)


def test_a_moment_may_be_a_word(trace: gradviz.Trace) -> None:
    backward = [event.index for event in trace.events if event.phase == "backward"]
    assert trace.at("backward:2").index == backward[1]
    assert trace.at(np.int64(3)).index == 3


def test_a_value_of_another_trace_is_refused(trace: gradviz.Trace) -> None:
    with gradviz.record() as other:
        for size in range(2, 40):
            torch.zeros(size)
    mine = trace.events[-1].after
    refused(lambda: other.value(mine), TraceError, "of this trace has shape")
    with gradviz.record() as empty:
        pass
    refused(lambda: empty.value(mine), TraceError, f"value {mine.id} of shape")


def test_a_dropped_value_says_so() -> None:
    trace = gradviz.Trace(budget=64)
    with recording(trace, model=None, optimizer=None, iteration=0):
        x = torch.ones(4)
        for _ in range(5):
            x = x * 2
    first = next(event for event in trace.events if isinstance(event, OpRan))
    refused(lambda: trace.value(first.outputs[0]), TraceError, "was dropped to stay within 0 MiB")


def test_values_are_the_askers_to_change() -> None:
    """They share no memory with the model, with the trace, or with each other."""
    model = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters())
    with gradviz.record(model, optimizer) as trace:
        for _ in range(2):
            model(BATCH[0]).sum().backward()
            optimizer.step()
        end = trace.at("end")
        before = {name: value.detach().clone() for name, value in model.named_parameters()}
        events = end.index + 1
        ref = trace.events[events - 1].after
        for tensor in (
            trace.value(ref), *end.params.values(), *end.grads.values(),
            *end.optimizer["weight"].values(),
        ):  # fmt: skip
            tensor.detach().zero_()
        assert {event.op for event in trace.events[events:]} == {"detach", "clone", "zero_"}
    assert same(dict(model.state_dict()), before)
    assert same(dict(trace.at(len(trace.events) - 1).params), before)
    assert same(trace.value(ref), before["bias"])


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda s: s.goto(event="3"), TypeError, "event: got '3' instead of int"),
        (lambda s: s.goto(event=-2), TraceError, "there is no event -2"),
        (lambda s: s.goto(iteration=-1), ValueError, "iteration: -1 is out of bounds"),
        (lambda s: s.goto(iteration=1.5), TypeError, "iteration: got 1.5 instead of int"),
        (lambda s: s.recall("x"), TypeError, "iteration: got 'x' instead of int"),
        (lambda s: s.recall(9), TraceError, "iteration 9 was not run → take one from 0 to 0"),
        (lambda s: s.run(3), TypeError, "breakpoint: got 3 instead of Breakpoint / str"),
        (lambda s: s.run(gradviz.Breakpoint), TypeError, "make one first: Breakpoint(…)"),
        (lambda s: s.run(iterations="3"), TypeError, "iterations: got '3' instead of int"),
        (lambda s: s.breakpoints.add(None), TypeError, "breakpoint: got None instead of"),
        (lambda s: s.edit("fc1.weight"), TypeError, "edit: got 'fc1.weight' instead of GradEdit"),
        (lambda s: s.unedit(None), UsageError, "there is no such edit"),
    ],
)
def test_a_session_is_asked_for_what_it_can(
    ask: Callable[[gradviz.Session], Any], kind: type[Exception], said: str
) -> None:
    session = gradviz.Session(MODEL, nn.MSELoss(), OPTIMIZER, [BATCH])
    session.step()
    events = len(session.trace.events)
    refused(lambda: ask(session), kind, said)
    assert (session.index, len(session.trace.events), len(session.breakpoints)) == (0, events, 0)


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda t, p: gradviz.render(t, p / "x.bmp"), UsageError, "“.bmp” is no kind of picture"),
        (lambda t, p: gradviz.render(p / "x.svg", t), TypeError, "PosixPath instead of Trace /"),
        (lambda t, p: gradviz.render(t, None), TypeError, "path: got None instead of str / Path"),
        (lambda t, p: gradviz.render(MODEL, p / "x.svg"), TypeError, "trace: got Linear instead"),
        (lambda t, p: gradviz.render(t, p / "x.svg", at=1.5), TypeError, "at: got 1.5 instead"),
        (lambda t, p: gradviz.render(t, p / "x.svg", at=99), TraceError, "there is no event 99"),
        (lambda t, p: gradviz.render(t, p / "x.svg", at="x"), UsageError, "“x” is no moment"),
        (lambda t, p: gradviz.render(t, p / "x.svg", scale="2"), TypeError, "scale: got '2'"),
        (lambda t, p: gradviz.autograd_graph(None), TypeError, "loss: got None instead of Tensor"),
        (lambda t, p: gradviz.autograd_graph(MODEL, BATCH), TypeError, "loss: got Linear instead"),
        (lambda t, p: gradviz.autograd_graph(BATCH[0], BATCH), TypeError, "model: got tuple"),
        (lambda t, p: gradviz.build("x.gradviz"), TypeError, "got 'x.gradviz' instead of Project"),
        (lambda t, p: gradviz.Session.from_project(p), TypeError, "instead of Project → read it"),
        (lambda t, p: gradviz.load(None), TypeError, "path: got None instead of str / PathLike"),
        (lambda t, p: gradviz.save(t, p / "x.gradviz"), TypeError, "got Trace instead of Project"),
    ],
)
def test_the_other_functions_of_the_package(
    trace: gradviz.Trace,
    tmp_path: Path,
    ask: Callable[[gradviz.Trace, Path], Any],
    kind: type[Exception],
    said: str,
) -> None:
    refused(lambda: ask(trace, tmp_path), kind, said)
    assert list(tmp_path.iterdir()) == []


def test_these_errors_are_pythons_own_too() -> None:
    assert {TypeError, UsageError} <= {*WrongTypeError.__mro__}
    assert {ValueError, UsageError} <= {*WrongValueError.__mro__}
