"""The session: stepping moves a cursor, and the state is that of the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz.errors import GradvizError, TraceError
from gradviz.trace.events import BatchFetched, Failed, ParamUpdated


@pytest.fixture
def session(examples: Path) -> gradviz.Session:
    return gradviz.Session.from_project(gradviz.load(examples / "letters_cnn.gradviz"))


def test_step_and_back_walk_over_every_event(session: gradviz.Session) -> None:
    assert session.event is None
    seen = [session.step() for _ in range(10)]
    assert [event.index for event in seen] == list(range(10))
    assert isinstance(seen[0], BatchFetched)
    for wanted in (8, 7, 6):
        assert session.back().index == wanted
    for _ in range(20):
        session.back()
    assert session.index == -1
    assert session.iterations == 1


def test_phase_and_iteration_end_where_they_should(session: gradviz.Session) -> None:
    phases = [session.step_phase().phase for _ in range(6)]
    assert phases == ["data", "zero_grad", "forward", "loss", "backward", "step"]
    end = session.index
    assert end == len(session.trace.events) - 1
    assert session.step_iteration().iteration == 1
    assert session.index == len(session.trace.events) - 1
    session.back()
    assert session.step_iteration().index == len(session.trace.events) - 1


def test_step_over_takes_a_module_and_a_parameter(session: gradviz.Session) -> None:
    session.step_phase()
    session.step_phase()
    assert session.step_over().module == "conv1"
    assert session.step_over().module == "relu1"
    session.goto(event=next(e.index for e in session.trace.events if e.phase == "backward") - 1)
    over = session.step_over()
    assert over.phase == "backward"
    assert session.trace.graphs[0].by_id[over.node].module == "CrossEntropyLoss"
    session.goto(event=next(e.index for e in session.trace.events if e.phase == "step") - 1)
    assert session.step_over().param == "conv1.weight"
    assert session.step_over().param == "conv1.bias"


def test_the_state_is_that_of_the_cursor(session: gradviz.Session) -> None:
    start = {name: value.clone() for name, value in session.model.named_parameters()}
    session.step_iteration()
    assert session.state.grads["fc1.weight"] is not None
    session.goto(event=-1)
    for name, value in start.items():
        assert torch.equal(session.state.params[name], value)
    assert session.state.grads["fc1.weight"] is None
    assert dict(session.state.optimizer["fc1.weight"]) == {}
    updates = [e for e in session.trace.events if isinstance(e, ParamUpdated)]
    session.goto(event=updates[0].index)
    moved = [n for n in start if not torch.equal(session.state.params[n], start[n])]
    assert moved == ["conv1.weight"]


def test_goto_runs_what_is_missing_and_refuses_what_is_not(session: gradviz.Session) -> None:
    event = session.goto(iteration=2, event=0)
    assert isinstance(event, BatchFetched)
    assert event.iteration == 2
    assert session.iterations == 3
    with pytest.raises(TraceError, match="no event 10000"):
        session.goto(event=10_000)
    with pytest.raises(TraceError):
        session.trace.at(-2)


def test_the_same_seed_gives_the_same_trace(examples: Path) -> None:
    def values() -> list[torch.Tensor]:
        project = gradviz.load(examples / "letters_cnn.gradviz")
        session = gradviz.Session.from_project(project)
        session.step_iteration()
        state = session.state
        return list(state.params.values())

    torch.manual_seed(1)
    first = values()
    torch.manual_seed(2)
    for a, b in zip(first, values(), strict=True):
        assert torch.equal(a, b)


def mlp(loss: nn.Module, target: torch.Tensor) -> gradviz.Session:
    model = nn.Linear(2, 1)
    loader = DataLoader(TensorDataset(torch.ones(4, 2), target), batch_size=2)
    return gradviz.Session(model, loss, torch.optim.SGD(model.parameters(), lr=0.1), loader)


def test_a_failing_iteration_is_told_and_the_session_goes_on() -> None:
    session = mlp(nn.CrossEntropyLoss(), torch.full((4,), 7))
    assert not session.run_iteration()
    assert isinstance(session.error, IndexError)
    assert isinstance(session.trace.events[-1], Failed)
    session.step_iteration()
    assert session.iterations == 1
    session.step()
    assert session.iterations == 2


def test_the_loader_begins_again_at_its_end() -> None:
    session = mlp(nn.MSELoss(), torch.zeros(4, 1))
    session.goto(iteration=4)
    assert session.iterations == 5
    assert session.error is None


@pytest.mark.parametrize("batches", [[], [torch.ones(2)], [{"x": torch.ones(2)}]])
def test_a_loader_that_yields_no_pairs_is_refused(batches: list) -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, batches)
    with pytest.raises(GradvizError):
        session.step()
    with pytest.raises(GradvizError):
        session.step()


def test_a_dataset_that_raises_is_told() -> None:
    class Broken(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> tuple:
            raise ValueError("damaged sample 3")

    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, DataLoader(Broken()))
    event = session.step()
    assert isinstance(event, Failed)
    assert event.phase == "data"
    assert "damaged sample 3" in event.message


def test_without_zero_grad_gradients_add_up() -> None:
    """The toy of the course: y = xw + b towards 10 bounces with period 6 without zero_grad."""
    model = nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.bias.fill_(1.0)
    loader = [(torch.tensor([[2.0]]), torch.tensor([[10.0]]))]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    order = ("forward", "loss", "backward", "step")
    session = gradviz.Session(model, nn.MSELoss(), optimizer, loader, order=order)
    session.goto(iteration=6)
    outputs = [
        session.trace.value(event.outputs[0]).item()
        for event in session.trace.events
        if type(event).__name__ == "OpRan" and event.op == "linear"
    ]
    assert outputs == pytest.approx([7, 10, 13, 13, 10, 7, 7], abs=1e-4)


def test_accumulation_steps_every_third_time() -> None:
    session = mlp(nn.MSELoss(), torch.zeros(4, 1))
    session = gradviz.Session(
        session.model, nn.MSELoss(), session.loop.optimizer, session.loader, accumulate=3
    )
    session.goto(iteration=5)
    stepped = {e.iteration for e in session.trace.events if isinstance(e, ParamUpdated)}
    zeroed = {e.iteration for e in session.trace.events if type(e).__name__ == "GradZeroed"}
    assert (stepped, zeroed) == ({2, 5}, {0, 3})


def test_a_second_backward_is_pytorchs_error() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4, 2)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    order = ("zero_grad", "forward", "loss", "backward", "backward", "step")
    session = gradviz.Session(model, nn.MSELoss(), optimizer, loader, order=order)
    assert not session.run_iteration()
    assert "second time" in str(session.error)
    with pytest.raises(GradvizError, match="needs “forward”"):
        gradviz.Session(model, nn.MSELoss(), optimizer, loader, order=("loss",))


def test_no_line_of_a_library_stands_for_the_users(session: gradviz.Session) -> None:
    session.run_iteration()
    assert {event.source for event in session.trace.events} == {None}
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        optimizer.zero_grad()
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    assert {event.source.file for event in trace.events} == {__file__}
