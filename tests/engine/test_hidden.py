"""Code whose ops cannot be recorded: one event tells of it, and everything around stays right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.engine.record.record import recording
from gradviz.trace.events import (
    BufferChanged,
    Failed,
    GradAccumulated,
    NodeRan,
    NotRecorded,
    OpRan,
    ParamUpdated,
)
from tests.engine.compare import marks, run_both, same, unlike_now, unreadable

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.jit.* is deprecated:DeprecationWarning",
    "ignore:.*is deprecated. Please switch to `torch.compile`:FutureWarning",
    "ignore:.*is not supported in Python 3.14:DeprecationWarning",
)


@pytest.fixture(autouse=True)
def fresh_compiler() -> Any:
    """Compiled code is not shared between tests."""
    yield
    torch._dynamo.reset()


def wrapper_names_its_result() -> bool:
    """Whether the function that `torch.compile` gives shows what it is about to return."""
    wrapper = torch.compile(lambda: None, backend="eager").__code__
    return "result" in wrapper.co_varnames


def whole_graphs() -> bool:
    """Whether torch can compile without a break: 2.6 also compiles an import of its own, which
    PySide6 has replaced by what cannot be.
    """
    try:
        torch.compile(lambda x: x * 2, backend="eager", fullgraph=True)(torch.ones(1))
    except torch._dynamo.exc.Unsupported:
        return False
    return True


def of(trace: gradviz.Trace, kind: type) -> list[Any]:
    return [event for event in trace.events if isinstance(event, kind)]


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("when", ["before", "in the recording"])
def test_a_compiled_model_is_one_event(backend: str, when: str) -> None:
    def train(model: nn.Module, compiled: Any) -> list[Any]:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        x = torch.randn(5, 3)
        for _ in range(2):
            optimizer.zero_grad()
            loss = (compiled(x * 2) ** 2).sum()
            loss.backward()
            optimizer.step()
        return [loss, *model.state_dict().values(), *(p.grad for p in model.parameters())]

    torch.manual_seed(0)
    model = net()
    plain = train(model, torch.compile(model, backend=backend))
    torch._dynamo.reset()
    torch.manual_seed(0)
    model = net()
    compiled = torch.compile(model, backend=backend) if when == "before" else None
    before = marks()
    with recording(gradviz.Trace(), model=model, optimizer=None, iteration=0) as recorder:
        recorded = train(model, compiled or torch.compile(model, backend=backend))
    assert marks() == before
    trace = recorder.trace
    assert same(plain, recorded)
    told = of(trace, NotRecorded)
    assert [event.reason for event in told] == ["compiled", "compiled"]
    if wrapper_names_its_result():
        assert all(event.outputs and event.nodes for event in told)
    ops = [event.op for event in of(trace, OpRan)]
    assert {"mul", "pow", "sum"} <= set(ops)
    assert "linear" not in ops
    assert len(of(trace, GradAccumulated)) == 2 * len(list(model.parameters()))
    assert {event.buffer for event in of(trace, BufferChanged)} == set(dict(model.named_buffers()))
    assert unlike_now(recorder) == []
    assert unreadable(trace) == []


def test_a_compiled_step_is_told_by_what_it_changed() -> None:
    def train() -> tuple[list[Tensor], torch.optim.Optimizer]:
        model = net()
        optimizer = torch.optim.Adam(model.parameters())
        forward = torch.compile(model, backend="eager")
        step = torch.compile(optimizer.step, backend="eager")
        for _ in range(2):
            optimizer.zero_grad()
            forward(torch.randn(5, 3)).pow(2).sum().backward()
            step()
        return list(model.state_dict().values()), optimizer

    plain, recorded, recorder = run_both(train)
    assert same(plain[0], recorded[0])
    trace = recorder.trace
    assert [event.what for event in of(trace, NotRecorded)] == ["Sequential", "Adam"] * 2
    assert {event.optimizer for event in of(trace, ParamUpdated)} == {""}
    assert unreadable(trace) == []
    assert unlike_now(recorder) == []


def test_compiling_in_a_recording_makes_what_it_makes_outside() -> None:
    """The compiler sees neither the mode nor the hooks: nothing is compiled anew afterwards."""
    graphs: list[torch.fx.GraphModule] = []

    def backend(graph: torch.fx.GraphModule, _inputs: Any) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    compiled = torch.compile(model, backend=backend, fullgraph=whole_graphs())
    x = torch.ones(1, 3)
    with gradviz.record(model):
        compiled(x)
    compiled(x)
    with gradviz.record(model):
        compiled(x)
    assert len(graphs) == 1


def test_a_compiled_function_that_raises_is_left_in_order() -> None:
    @torch.compile(backend="eager")
    def broken(x: Tensor) -> Tensor:
        return x @ x

    with gradviz.record() as trace:
        with pytest.raises(Exception, match=r"mat1|size|shapes"):
            broken(torch.ones(2, 3))
        torch.ones(2) * 2
    assert of(trace, OpRan)[-1].op == "mul"
    assert len(of(trace, NotRecorded)) == 1


def test_torch_func_is_one_event() -> None:
    def run() -> list[Tensor]:
        x = torch.randn(4, 3, requires_grad=True)
        per_sample = torch.func.vmap(torch.func.grad(lambda row: (row**3).sum()))(x)
        jacobian = torch.func.jacfwd(torch.sin)(x[0])
        loss = (per_sample * x).sum() + jacobian.sum()
        loss.backward()
        return [per_sample, jacobian, loss, x.grad]

    plain, recorded, recorder = run_both(run)
    trace = recorder.trace
    assert same(plain, recorded)
    told = of(trace, NotRecorded)
    assert [event.what for event in told] == ["torch.func.vmap", "torch.func.vmap"]
    assert {event.reason for event in told} == {"transformed"}
    assert unreadable(trace) == []
    assert unlike_now(recorder) == []


def test_a_functional_call_lends_parameters_and_buffers() -> None:
    model = nn.BatchNorm1d(2)
    given = {name: value.clone() + 1 for name, value in model.state_dict().items()}
    x = torch.randn(4, 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with recording(gradviz.Trace(), model=model, optimizer=None, iteration=0) as recorder:
        torch.func.functional_call(model, given, x)
        torch.func.functional_call(model, dict(model.named_parameters()), x).sum().backward()
        model(x)
    assert unlike_now(recorder) == []
    changed = [event.buffer for event in of(recorder.trace, BufferChanged)]
    assert changed.count("running_mean") == 2  # by its own two calls, not by the lent one
    assert same(before["weight"], model.weight.detach())


def test_a_batched_gradient_is_one_event() -> None:
    def run() -> tuple[Tensor, ...]:
        x = torch.randn(3, requires_grad=True)
        y = x.sin()
        return torch.autograd.grad(y, x, torch.eye(3), is_grads_batched=True)

    plain, recorded, recorder = run_both(run)
    assert same(plain, recorded)
    assert [event.what for event in of(recorder.trace, NotRecorded)] == ["torch.autograd.grad"]
    assert of(recorder.trace, NodeRan) == []
    assert unreadable(recorder.trace) == []


def test_functional_derivatives() -> None:
    def run() -> list[Any]:
        x = torch.randn(3, requires_grad=True)
        return [
            torch.autograd.functional.jacobian(torch.sin, x),
            torch.autograd.functional.hessian(lambda v: (v**3).sum(), x),
            torch.autograd.functional.jvp(torch.exp, x, torch.ones(3)),
        ]

    plain, recorded, recorder = run_both(run)
    assert same(plain, recorded)
    assert unreadable(recorder.trace) == []


def test_forward_mode_derivatives() -> None:
    from torch.autograd import forward_ad

    def run() -> list[Any]:
        x = torch.randn(3)
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(x, torch.ones(3))
            return [*forward_ad.unpack_dual(dual.sin() * 2)]

    plain, recorded, recorder = run_both(run)
    assert same(plain, recorded)
    assert unreadable(recorder.trace) == []


def test_torchscript_is_one_event() -> None:
    torch.manual_seed(0)
    module = net()
    scripted = torch.jit.script(module)
    x = torch.randn(5, 3)
    with recording(gradviz.Trace(), model=scripted, optimizer=None, iteration=0) as recorder:
        scripted(x).sum().backward()
    trace = recorder.trace
    (told,) = of(trace, NotRecorded)
    assert told.reason == "compiled"
    assert {event.buffer for event in of(trace, BufferChanged)} == set(dict(module.named_buffers()))
    assert unlike_now(recorder) == []
    assert unreadable(trace) == []


def test_tracing_writes_the_same_graph_down() -> None:
    torch.manual_seed(0)
    module, x = nn.Linear(3, 2), torch.randn(2, 3)

    def written() -> str:
        graph = str(torch.jit.trace(module, x).graph)
        return re.sub(r"___torch_mangle_\d+\.| # .*", "", graph)  # names and lines

    plain = written()
    with gradviz.record() as trace:
        recorded = written()
    assert plain == recorded
    assert {event.what for event in of(trace, NotRecorded)} == {"torch.jit.trace"}


def test_fake_tensors_are_not_values() -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    with gradviz.record() as trace:
        with FakeTensorMode():
            torch.ones(3) * 2
        torch.ones(3) * 2
    assert [event.what for event in of(trace, NotRecorded)] == ["FakeTensorMode"]
    assert unreadable(trace) == []


def test_a_dispatch_mode_of_the_user_sees_only_his_ops() -> None:
    from torch.utils._python_dispatch import TorchDispatchMode

    class Names(TorchDispatchMode):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            self.seen.append(str(func))
            return func(*args, **(kwargs or {}))

    def run() -> list[str]:
        w = torch.ones(3, requires_grad=True)
        with Names() as names:
            y = w * 2
            y.add_(1)
            y.sum().backward()
        return names.seen

    plain, recorded, recorder = run_both(run)
    assert plain == recorded
    assert unreadable(recorder.trace) == []


class Doubling(torch.Tensor):
    """A subclass that sees its own ops."""

    calls = 0

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        cls.calls += 1
        return super().__torch_function__(func, types, args, kwargs or {})


def test_a_subclass_is_asked_as_often_as_ever() -> None:
    def run() -> tuple[int, Tensor]:
        Doubling.calls = 0
        x = torch.ones(3).as_subclass(Doubling)
        y = (x * 2 + 1).sum()
        return Doubling.calls, y

    plain, recorded, recorder = run_both(run)
    assert plain[0] == recorded[0]
    assert torch.equal(plain[1], recorded[1])
    assert [e.op for e in of(recorder.trace, OpRan)][-3:] == ["mul", "add", "sum"]


def test_a_custom_operator_says_what_it_writes() -> None:
    @torch.library.custom_op("gradviz_tests::twice", mutates_args={"x"})
    def twice(x: Tensor) -> None:
        x.numpy()[...] *= 2

    x = torch.ones(3) * 1
    with gradviz.record() as trace:
        y = x + 0
        twice(y)
        y + 1
    first, _, last = of(trace, OpRan)
    assert trace.value(first.outputs[0]).tolist() == [1, 1, 1]
    assert trace.value(last.inputs[0]).tolist() == [2, 2, 2]


def test_a_recording_inside_a_recording() -> None:
    def train(model: nn.Module) -> gradviz.Trace | None:
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.ones(3, 3)).sum().backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimizer.step()
        return None

    def events(trace: gradviz.Trace) -> list[str]:
        return [type(event).__name__ + getattr(event, "op", "") for event in trace.events]

    torch.manual_seed(0)
    with gradviz.record() as alone:
        train(net())
    torch.manual_seed(0)
    with gradviz.record() as outer, gradviz.record() as inner:
        train(net())
    assert events(outer) == events(alone)
    assert events(inner) == events(alone)
    assert unreadable(outer) == unreadable(inner) == []
    last = len(alone.events) - 1
    assert same(dict(outer.at(last).params), dict(alone.at(last).params))


def test_what_unseen_code_did_is_noticed() -> None:
    """A storage that is written to by address; the versions and modes of torch know nothing."""
    import ctypes

    w = nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([w], lr=0.1)
    array = w.detach().numpy()
    with recording(gradviz.Trace(), model=None, optimizer=optimizer, iteration=0) as recorder:
        (w * 2).sum().backward()
        ctypes.memset(array.ctypes.data, 0, array.nbytes)
        optimizer.step()
    first, second = of(recorder.trace, ParamUpdated)
    assert (first.optimizer, second.optimizer) == ("", "SGD")
    assert recorder.trace.value(first.after).tolist() == [0.0, 0.0]
    assert unlike_now(recorder) == []


def test_a_weird_error_passes_unchanged() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError("cannot say")

    with pytest.raises(MuteError), gradviz.record() as trace:
        raise MuteError
    assert of(trace, Failed)[0].message == ""
    with pytest.raises(KeyboardInterrupt), gradviz.record() as trace:
        torch.ones(1) * 2
        raise KeyboardInterrupt
    assert of(trace, Failed)[0].error == "KeyboardInterrupt"
