"""Where the cursor goes: over calls, also nested ones, and the branches of backward."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.trace.events import nodes_of
from gradviz.trace.moment import resolve
from gradviz.trace.travel import module_of, over, place, span


class Block(nn.Module):
    """Two branches, and a ``relu`` that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.skip = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.fc2(self.relu(self.fc1(x))) + self.skip(x))


class Net(nn.Module):
    """Blocks in a block, and one of them called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(2, 3)
        self.blocks = nn.Sequential(Block(), Block())
        self.shared = Block()
        self.out = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.into(x))
        return self.out(self.shared(self.shared(x)).tanh())


@pytest.fixture(scope="module")
def trace() -> gradviz.Trace:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = [(torch.randn(4, 2), torch.tensor([0, 1, 0, 1]))]
    session = gradviz.Session(model, nn.CrossEntropyLoss(), optimizer, data)
    session.step_iteration(3)
    return session.trace


def walk(trace: gradviz.Trace, start: int, phase: str) -> list[tuple[str, str]]:
    """The modules of the first and the last event of each move over, within a phase."""
    found, index = [], start
    while trace.events[index + 1].phase == phase:
        first, index = index + 1, over(trace, index)
        found.append(tuple(module_of(trace, trace.events[i]) for i in (first, index)))
    return found


def test_over_takes_a_call_with_all_that_it_calls(trace: gradviz.Trace) -> None:
    assert walk(trace, resolve(trace, "0/zero_grad:end"), "forward") == [
        ("into", "into"),
        ("blocks.0.fc1", "blocks.1.relu#2"),
        ("shared.fc1", "shared.relu#2"),
        ("shared#2.fc1", "shared#2.relu#2"),
        ("", ""),
        ("out", "out"),
    ]


def test_over_stays_in_the_call_that_the_cursor_is_in(trace: gradviz.Trace) -> None:
    inside = next(e.index for e in trace.events if e.module == "blocks.0.fc1")
    assert walk(trace, inside, "forward")[:6] == [
        ("blocks.0.relu", "blocks.0.relu"),
        ("blocks.0.fc2", "blocks.0.fc2"),
        ("blocks.0.skip", "blocks.0.skip"),
        ("blocks.0", "blocks.0"),
        ("blocks.0.relu#2", "blocks.0.relu#2"),
        ("blocks.1.fc1", "blocks.1.relu#2"),
    ]


def test_over_takes_all_nodes_of_a_call_in_backward(trace: gradviz.Trace) -> None:
    start = resolve(trace, "1/loss:end")
    index, turns = start, []
    while trace.events[index + 1].phase == "backward":
        first, index = index + 1, over(trace, index)
        turns.append((module_of(trace, trace.events[first]).partition(".")[0], first, index))
    names = [name for name, _, _ in turns]
    assert names == ["CrossEntropyLoss", "out", "", "shared#2", "shared", "blocks", "into"]
    graph = trace.graphs[1]
    for name, _, last in turns:
        later = [nodes_of(event) for event in trace.events[last + 1 :] if event.iteration == 1]
        mine = {node.id for node in graph.nodes if name and node.module.partition(".")[0] == name}
        assert mine.isdisjoint(number for numbers in later for number in numbers)


def test_a_span_is_an_iteration(trace: gradviz.Trace) -> None:
    for iteration in range(3):
        indices = [event.index for event in trace.events if event.iteration == iteration]
        assert list(span(trace, iteration)) == indices
        assert place(trace, iteration=iteration) == indices[-1]
        assert place(trace, iteration=iteration, event=2) == indices[2]
        assert place(trace, iteration=iteration, event=-1) == indices[0] - 1
        assert resolve(trace, f"{iteration}/5") == indices[5]
        assert resolve(trace, f"{iteration}/start") == indices[0] - 1
    assert not span(trace, 3)
