"""Running to breakpoints: over as many iterations as it takes, and no further."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz import Breakpoint
from gradviz.engine.session.running import LIMIT, Breakpoints
from gradviz.errors import ExpressionError, UsageError
from gradviz.trace.events import Failed, GradAccumulated, LossComputed


@pytest.fixture
def session(examples: Path) -> gradviz.Session:
    return gradviz.Session.from_project(gradviz.load(examples / "moons_mlp.gradviz"))


def regression(
    *, lr: float = 0.1, target: float = 0.0, order: tuple[str, ...] | None = None, every: int = 1
) -> gradviz.Session:
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.full((4, 1), target)), batch_size=4)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    more = {} if order is None else {"order": order}
    return gradviz.Session(model, nn.MSELoss(), optimizer, loader, accumulate=every, **more)


def test_it_stops_at_the_event_and_goes_on_from_there(session: gradviz.Session) -> None:
    stop = session.run(until="iteration == 3 and phase == 'step'")
    assert stop.hit
    assert session.event == stop.event
    assert (stop.event.iteration, stop.event.phase) == (3, "step")
    assert session.trace.events[session.index - 1].phase == "backward"
    assert session.iterations == 4
    following = session.run("phase == 'step'")
    assert following.event.index == stop.event.index + 1


def test_what_is_recorded_is_looked_at_first(session: gradviz.Session) -> None:
    session.goto(iteration=2)
    session.goto(event=-1)
    stop = session.run(Breakpoint("phase", "backward"))
    assert stop.event.iteration == 0
    assert session.iterations == 3
    assert session.run(Breakpoint("phase", "backward"), iterations=0).event.iteration == 1


def test_the_same_run_stops_at_the_same_event(session: gradviz.Session) -> None:
    breakpoint = Breakpoint("node", "AccumulateGrad", hits=9)
    first = session.run(breakpoint)
    assert first.event.iteration > 0
    session.goto(event=-1)
    assert session.run(breakpoint) == first


def test_the_breakpoints_of_the_session_stop_too(session: gradviz.Session) -> None:
    session.breakpoints.add(Breakpoint("iteration", 2))
    session.breakpoints.add("loss > 1000")
    stop = session.run()
    assert stop.breakpoint == Breakpoint("iteration", 2)
    phase = session.breakpoints.add(Breakpoint("phase", "step"))
    assert session.run(until=Breakpoint("phase", "backward")).event.phase == "backward"
    assert session.run(until="iteration == 100").breakpoint == phase
    session.breakpoints.enable(phase, False)
    assert session.run(iterations=2).why == ("no breakpoint was hit up to the end of iteration 4")


def test_a_diverging_loss_and_the_gradient_that_explodes() -> None:
    session = regression(lr=2.0, target=1.0)
    stop = session.run(Breakpoint("loss_rises"))
    assert isinstance(stop.event, LossComputed)
    assert stop.event.iteration == 1
    stop = session.run(Breakpoint("grad_norm_above", 1000))
    assert isinstance(stop.event, GradAccumulated)
    assert session.trace.value(stop.event.after).norm() > 1000
    earlier = [
        session.trace.value(event.after).norm()
        for event in session.trace.events[: stop.event.index]
        if isinstance(event, GradAccumulated)
    ]
    assert max(earlier) <= 1000
    stop = session.run(Breakpoint("nonfinite"))
    assert stop.culprit == stop.event.index
    assert not torch.isfinite(session.trace.value(stop.event.outputs[0])).all()


def test_a_run_without_a_hit_says_so(session: gradviz.Session) -> None:
    stop = session.run("loss > 1000", iterations=5)
    assert not stop.hit
    assert stop.why == "never hit up to the end of iteration 4: “loss > 1000”"
    assert session.iterations == 5
    assert session.index == len(session.trace.events) - 1


def test_without_a_number_it_gives_up_after_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIMIT == 1000
    monkeypatch.setattr("gradviz.engine.session.running.LIMIT", 7)
    session = regression()
    assert not session.run("loss > 1000").hit
    assert session.iterations == 7


def test_iterations_alone_are_enough() -> None:
    session = regression()
    stop = session.run(iterations=3)
    assert stop.why == "ran to the end of iteration 2"
    assert session.iterations == 3


def test_nothing_to_run_to_is_refused() -> None:
    session = regression()
    session.breakpoints.add(Breakpoint("phase", "step", enabled=False))
    with pytest.raises(UsageError, match="no breakpoint to run to"):
        session.run()
    with pytest.raises(UsageError, match="-1 iterations cannot be run"):
        session.run(iterations=-1)
    with pytest.raises(UsageError, match="nothing was run yet"):
        session.run("loss > 2", iterations=0)
    with pytest.raises(ExpressionError, match="no name"):
        session.run("los > 2")
    assert session.iterations == 0


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (Breakpoint("op", "linera"), "no op “linera” runs here → take one of: linear"),
        (Breakpoint("node", "AddmBackward0"), "take one of: AddmmBackward0"),
        (Breakpoint("module", "fc9"), "nothing runs in a module “fc9” here → take one of: fc"),
        (Breakpoint("param", "fc1.weigth"), "nothing happens to a parameter “fc1.weigth” here"),
        (Breakpoint("op", "linear", when='module == "fcc"'), "a module “fcc” here"),
        ('op in ("gelu", "silu") and value_norm > 2', "no op “gelu, silu” runs here"),
        ('"fc1.wieght" == param', "take one of: fc1.weight"),
    ],
)
def test_what_can_never_be_hit_is_told_after_one_iteration(
    session: gradviz.Session, until: Breakpoint | str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        session.run(until)
    assert said in str(caught.value)
    assert session.iterations == 1
    assert session.index == -1


@pytest.mark.parametrize("until", ['op != "gelu"', '"lin" in op', 'op == "gelu" or loss > 0'])
def test_what_might_be_hit_is_not_refused(session: gradviz.Session, until: str) -> None:
    assert session.run(until).hit


def test_a_phase_that_the_loop_has_not_is_told() -> None:
    session = regression(order=("forward", "loss", "backward"))
    with pytest.raises(UsageError, match="this loop has no phase “step”"):
        session.run(Breakpoint("phase", "step"))


def test_a_step_that_comes_only_now_and_then_is_waited_for() -> None:
    session = regression(every=3)
    assert session.run(Breakpoint("phase", "step")).event.iteration == 2


def test_an_iteration_that_is_past_is_told(session: gradviz.Session) -> None:
    session.goto(iteration=2, event=0)
    with pytest.raises(UsageError, match="iteration 1: the cursor is in iteration 2 already"):
        session.run(Breakpoint("iteration", 1))
    session.goto(event=0)
    assert session.run(Breakpoint("iteration", 1)).event.iteration == 1


def test_one_breakpoint_that_can_be_hit_is_enough(session: gradviz.Session) -> None:
    session.breakpoints.add(Breakpoint("op", "gelu"))
    with pytest.raises(UsageError, match="gelu"):
        session.run()
    session.breakpoints.add(Breakpoint("iteration", 2))
    assert session.run().event.iteration == 2
    with pytest.raises(UsageError, match="silu"):
        session.run(Breakpoint("op", "silu"))


class Fragile(nn.Linear):
    """Raises at its third call."""

    def __init__(self) -> None:
        super().__init__(2, 1)
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.calls == 3:
            raise RuntimeError("fragile")
        return super().forward(x)


def test_an_iteration_that_fails_stops_there_and_can_be_passed() -> None:
    model = Fragile()
    loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4, 1)), batch_size=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, loader)
    stop = session.run("iteration == 5")
    assert isinstance(stop.event, Failed)
    assert not stop.hit
    assert stop.why == "the iteration failed: RuntimeError: fragile"
    assert session.event == stop.event
    assert session.run("iteration == 5").event.iteration == 5


def test_a_first_iteration_that_fails_proves_nothing() -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(torch.ones(1, 3), torch.ones(1, 1)), (torch.ones(1, 2), torch.ones(1, 1))]
    session = gradviz.Session(model, nn.MSELoss(), optimizer, batches)
    assert isinstance(session.run(Breakpoint("phase", "step")).event, Failed)
    assert session.run(Breakpoint("phase", "step")).event.iteration == 1


def test_the_collection() -> None:
    breakpoints = Breakpoints()
    one = breakpoints.add(Breakpoint("op", "relu"))
    other = breakpoints.add("loss > 2")
    assert other == Breakpoint("expression", "loss > 2")
    assert list(breakpoints) == [one, other]
    off = breakpoints.enable(one, False)
    assert list(breakpoints) == [off, other]
    assert not off.enabled
    assert one in breakpoints
    assert off in breakpoints
    assert breakpoints.enable(one) == one
    breakpoints.add(off)
    assert len(breakpoints) == 2
    breakpoints.remove("loss > 2")
    breakpoints.remove(one)
    assert len(breakpoints) == 0
    for change in (breakpoints.remove, breakpoints.enable):
        with pytest.raises(UsageError, match="op relu: there is no such breakpoint"):
            change(one)
    breakpoints.add(one)
    breakpoints.clear()
    assert list(breakpoints) == []


def test_breakpoints_outlive_an_edit(session: gradviz.Session) -> None:
    session.breakpoints.add(Breakpoint("phase", "backward"))
    stop = session.run()
    session.edit(gradviz.GradEdit("fc1.weight", "scale", 0.1))
    assert session.index == stop.event.index
    assert session.run().event.iteration == 1
