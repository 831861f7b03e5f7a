"""Whatever is raised, and wherever: the error is the user's own, and torch is as it was found."""

from __future__ import annotations

import linecache
import random
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import gradviz
from gradviz.trace.events import Failed
from tests.engine.compare import marks, unreadable

X = torch.ones(4, 2)
ENGINE = str(Path(gradviz.__file__).parent / "engine")
OPENING = str(Path(ENGINE) / "record.py")  # its own first and last lines: closed when let go


class BoomError(Exception):
    """The user's own."""


def boom(*_args: Any) -> Any:
    raise BoomError("mine")


def fingerprint() -> tuple[object, ...]:
    """Everything of torch and Python that a recording might leave changed."""
    return (
        *marks(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_anomaly_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_num_threads(),
        torch.get_rng_state().tolist(),
        random.getstate(),
        {thread.ident for thread in threading.enumerate()},
        list(warnings.filters),
        signal.getsignal(signal.SIGINT),
    )


def model() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))


class Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 1

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return boom()


class Step(torch.optim.SGD):
    def step(self, closure: Any = None) -> None:
        with torch.no_grad():
            self.param_groups[0]["params"][0].add_(1)
        boom()


class Zero(torch.optim.SGD):
    def zero_grad(self, set_to_none: bool = True) -> None:
        super().zero_grad(set_to_none)
        boom()


def hooked(put: Callable[[nn.Sequential], Any]) -> Callable[[], None]:
    def program() -> None:
        net = model()
        put(net)
        net(X).sum().backward()

    return program


def stepped(make: Callable[[Any], torch.optim.Optimizer], *, zero: bool = False) -> Any:
    def program() -> None:
        net = model()
        optimizer = make(net.parameters())
        net(X).sum().backward()
        optimizer.zero_grad() if zero else optimizer.step()

    return program


def step_hook(name: str) -> Callable[[], None]:
    def make(parameters: Any) -> torch.optim.Optimizer:
        optimizer = torch.optim.Adam(parameters)
        getattr(optimizer, name)(boom)
        return optimizer

    return stepped(make)


def closure() -> None:
    net = model()
    optimizer = torch.optim.LBFGS(net.parameters())
    calls: list[int] = []

    def once_more() -> Tensor:
        calls.append(1)
        loss = net(X).square().sum()
        loss.backward()
        return boom() if len(calls) == 3 else loss

    optimizer.step(once_more)


def recompute(reentrant: bool) -> Callable[[], None]:
    def program() -> None:
        calls: list[int] = []

        def part(x: Tensor) -> Tensor:
            calls.append(1)
            y = x.tanh()
            return boom() if len(calls) == 2 else y.sin()

        x = torch.ones(2, requires_grad=True)
        checkpoint(part, x * 1, use_reentrant=reentrant).sum().backward()

    return program


def saved_tensors() -> None:
    with torch.autograd.graph.saved_tensors_hooks(lambda x: x, boom):
        x = torch.ones(2, requires_grad=True)
        (x * x).sum().backward()


def anomaly() -> None:
    with torch.autograd.set_detect_anomaly(True):
        x = torch.zeros(2, requires_grad=True)
        (x.sqrt() * 0).sum().backward()


def from_a_thread() -> None:
    errors: list[Exception] = []

    def work() -> None:
        try:
            model()(X).sum().backward()
            boom()
        except BoomError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise errors[0]


def caused() -> None:
    try:
        torch.ones(2) @ torch.ones(3)
    except RuntimeError as error:
        raise BoomError("mine") from error


def in_its_wake() -> None:
    try:
        boom()
    except BoomError:
        torch.ones(2) @ torch.ones(3)


def raising(error: BaseException) -> Callable[[], None]:
    def program() -> None:
        X * 2
        raise error

    return program


def odd_parameter(step: str) -> Callable[[], None]:
    def program() -> None:
        optimizer = torch.optim.SGD(model().parameters(), lr=0.1)
        optimizer.param_groups[0]["params"].append("no tensor")
        getattr(optimizer, step)()

    return program


def put(where: Callable[[nn.Sequential], Callable[..., Any]]) -> Callable[[], None]:
    return hooked(lambda net: where(net)(boom))


PROGRAMS: dict[str, Callable[[], Any]] = {
    "forward": lambda: nn.Sequential(nn.Linear(3, 1))(X),
    "forward hook": put(lambda net: net[1].register_forward_hook),
    "forward pre-hook": put(lambda net: net[1].register_forward_pre_hook),
    "full backward hook": put(lambda net: net[1].register_full_backward_hook),
    "full backward pre-hook": put(lambda net: net[1].register_full_backward_pre_hook),
    "tensor hook": put(lambda net: net[0].weight.register_hook),
    "post-accumulate hook": put(lambda net: net[0].weight.register_post_accumulate_grad_hook),
    "a hook that changes the shape": hooked(
        lambda net: net[0].weight.register_hook(lambda _g: torch.ones(7))
    ),
    "custom backward": lambda: Backward.apply(torch.ones(2, requires_grad=True)).sum().backward(),
    "second backward": lambda: [x := model()(X).exp().sum(), x.backward(), x.backward()],
    "step": stepped(lambda parameters: Step(parameters, lr=0.1)),
    "zero_grad": stepped(lambda parameters: Zero(parameters, lr=0.1), zero=True),
    "step pre-hook": step_hook("register_step_pre_hook"),
    "step post-hook": step_hook("register_step_post_hook"),
    "closure": closure,
    "recompute": recompute(False),
    "recompute, reentrant": recompute(True),
    "saved tensors": saved_tensors,
    "anomaly": anomaly,
    "thread": from_a_thread,
    "cause": caused,
    "context": in_its_wake,
    "memory": lambda: torch.empty(2**60),
    "meta": lambda: torch.ones(2, device="meta").tolist(),
    "lazy": lambda: nn.LazyLinear(3).weight * 2,
    "no parameter in step": odd_parameter("step"),
    "no parameter in zero_grad": odd_parameter("zero_grad"),
    "torch.func": lambda: torch.func.vmap(boom)(X),
    "inference mode": lambda: torch.inference_mode()(boom)(),
    "no_grad": lambda: torch.no_grad()(boom)(),
    "ours": lambda: gradviz.Trace(-1),
    "interrupt": raising(KeyboardInterrupt()),
    "exit": raising(SystemExit(3)),
    "generator exit": raising(GeneratorExit()),
    "stop iteration": raising(StopIteration(5)),
    "group": raising(ExceptionGroup("both", [ValueError(1), BoomError(2)])),
}


def outcome(program: Callable[[], Any]) -> BaseException:
    torch.manual_seed(0)
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each program has its own
        program()
    return caught.value


def told(error: BaseException | None) -> list[object]:
    """An error and what it came from, with the user's lines in each."""
    chain: list[object] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.name for frame in frames if frame.filename == __file__]
        lines = [name for name in lines if name not in ("recorded", "outcome")]
        chain.append((type(error), str(error).partition("\n")[0], lines))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_an_error_passes_as_it_is_and_torch_stays_as_it_was(name: str) -> None:
    program = PROGRAMS[name]
    plain = outcome(program)
    traces: list[gradviz.Trace] = []

    def recorded() -> None:
        with gradviz.record() as trace:
            traces.append(trace)
            program()

    torch.manual_seed(0)
    before = fingerprint()
    error = outcome(recorded)
    torch.manual_seed(0)
    assert fingerprint() == before
    assert told(error) == told(plain)
    (trace,) = traces
    assert isinstance(trace.events[-1], Failed)
    assert trace.events[-1].error == type(plain).__name__
    assert unreadable(trace) == []


def test_an_interrupt_at_any_line_leaves_nothing() -> None:
    """A real Ctrl-C, at every seventeenth line that the engine runs in an iteration."""
    net = model()
    optimizer = torch.optim.Adam(net.parameters())

    def program() -> None:
        with gradviz.record(net, optimizer):
            optimizer.zero_grad()
            net(X).sum().backward()
            optimizer.step()

    def interrupted_at(line: int) -> bool:
        lines = 0

        def within(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal lines
            text = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            # Python itself lets no signal in here, between a block's last step and its __exit__.
            if event != "line" or text.lstrip().startswith(("with ", "try:")):
                return within
            lines += 1
            if lines == line:
                sys.settrace(None)
                signal.raise_signal(signal.SIGINT)
            return within

        def entered(frame: FrameType, _event: str, _argument: Any) -> Any:
            file = frame.f_code.co_filename
            return within if file.startswith(ENGINE) and file != OPENING else None

        debugger = sys.gettrace()
        sys.settrace(entered)
        try:
            program()
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(debugger)
        return lines >= line

    program()
    before = marks()
    line = 1
    while interrupted_at(line):
        assert marks() == before, line
        assert not torch._C._is_torch_function_all_disabled(), line
        assert [p._post_accumulate_grad_hooks or None for p in net.parameters()] == [None] * 4
        line += 17
    assert line > 1000


def test_recordings_that_end_in_any_order() -> None:
    """As those of generators and coroutines do."""

    def recorder() -> Any:
        with gradviz.record() as trace:
            yield trace

    before = marks()
    first, second = recorder(), recorder()
    one, two = next(first), next(second)
    torch.ones(1)
    first.close()
    torch.ones(2)
    second.close()
    torch.ones(3)
    assert [type(event).__name__ for event in one.events] == ["OpRan", "Failed"]
    assert [type(event).__name__ for event in two.events] == ["OpRan", "OpRan", "Failed"]
    assert marks() == before


def test_a_failure_in_the_model_itself_is_of_forward() -> None:
    class Net(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return boom(super().forward(x))

    net = Net(2, 1)
    with pytest.raises(BoomError), gradviz.record(net) as trace:
        net(X)
    assert (trace.events[-1].phase, trace.events[-1].module) == ("forward", "")


@pytest.mark.parametrize(
    ("batches", "said"),
    [
        (lambda: iter([(X, X[:, :1])]), "an iterator cannot begin again → give a DataLoader"),
        (list, "the loader has no batch at all → give it at least one sample"),
        (lambda: [None], "the loader gave a NoneType, which is no pair"),
        (lambda: [{"x": X}], "nothing says which of its keys the model takes"),
    ],
)
def test_a_loader_of_no_use_is_told_and_counts_for_nothing(batches: Any, said: str) -> None:
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    session = gradviz.Session(net, nn.MSELoss(), optimizer, batches())
    before = marks()
    with pytest.raises(gradviz.GradvizError, match=said) as caught:
        while session.run_iteration():
            pass
    assert caught.value.__context__ is None
    assert not any(isinstance(event, Failed) for event in session.trace.events)
    assert marks() == before


@pytest.mark.parametrize(
    ("loss", "error", "said"),
    [
        (lambda a, _b: a, RuntimeError, "only for scalar outputs"),
        (lambda a, _b: a.detach().sum(), RuntimeError, "does not require grad"),
        (lambda _a, _b: None, AttributeError, "'NoneType' object has no attribute 'backward'"),
        (lambda a, _b: a.sum().item(), AttributeError, "'float' object has no attribute"),
        (lambda a, _b: (a.sum(), a), AttributeError, "'tuple' object has no attribute"),
        (boom, BoomError, "mine"),
    ],
)
def test_a_loss_of_no_use_fails_as_in_python(loss: Any, error: type, said: str) -> None:
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    session = gradviz.Session(net, loss, optimizer, [(X, X[:, :1])])
    assert not session.run_iteration()
    assert isinstance(session.error, error)
    assert said in str(session.error)
    assert isinstance(session.trace.events[-1], Failed)
