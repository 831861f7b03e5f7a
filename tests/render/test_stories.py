"""Told only what has changed since another moment, one knows as much as one who looks at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest
import torch
from torch import nn

import gradviz
from gradviz.render.folds.fold import fold
from gradviz.render.folds.folding import opened
from gradviz.render.folds.modulefolding import opened_modules
from gradviz.render.status.gather import Gathering, gathered
from gradviz.render.status.modulestatus import ModuleStatuses, module_statuses
from gradviz.render.status.status import Statuses, statuses
from gradviz.trace.events import GradEdited
from gradviz.trace.forward import module_graph
from gradviz.trace.trace import Trace


def ways(trace: Trace) -> Iterator[tuple[int, int]]:
    """Steps there and back, and leaps to anywhere."""
    last = len(trace.events) - 1
    forth = range(-1, last + 1)
    yield from pairwise(forth)
    yield from pairwise(forth[::-1])
    random = Random(0)
    yield from pairwise(random.randint(-1, last) for _ in range(60))


@pytest.fixture(scope="module")
def clipped() -> Trace:
    """Two passes whose gradients are added and clipped, by an optimizer that keeps some `.grad`."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Sequential(nn.Linear(6, 3), nn.ReLU()))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        [(torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1]))],
    )
    session.edit(gradviz.GradEdit("0.weight", "scale", 0.5))
    session.edit(gradviz.GradEdit("2", "sign"))
    session.run_iteration()
    session.run_iteration()
    assert any(isinstance(event, GradEdited) for event in session.trace.events)
    return session.trace


@pytest.mark.parametrize("name", ["moons", "clipped"])
@pytest.mark.parametrize("folding", ["none", 0])
def test_what_has_changed_is_enough(
    name: str, folding: str | int, request: pytest.FixtureRequest
) -> None:
    trace: Trace = request.getfixturevalue(name)
    for graph in trace.graphs:
        folded = fold(graph, opened(graph, folding))
        gathering = Gathering(folded)
        boxes = [members[-1] for members in folded.boxes()]
        apart = Statuses(trace, graph)
        for before, index in ways(trace):
            shown = gathering.at(trace, before)
            shown |= gathering.at(trace, index, since=before)
            afresh = gathered(folded, apart.at(index))
            assert shown == {box: afresh[box] for box in boxes}


@pytest.mark.parametrize("folding", ["none", 0])
def test_what_has_changed_is_enough_for_modules(clipped: Trace, folding: str | int) -> None:
    modules = module_graph(clipped, 3)
    assert modules is not None
    backward = clipped.graph_at(3)
    folded = fold(modules, opened_modules(modules, folding))
    telling = ModuleStatuses(folded, backward)
    for before, index in ways(clipped):
        shown = telling.at(clipped, before)
        shown |= telling.at(clipped, index, since=before)
        assert shown == module_statuses(clipped, folded, backward, index)


def test_a_step_of_backward_changes_a_few_nodes(letters: Trace) -> None:
    graph = letters.graphs[0]
    known = Statuses(letters, graph)
    middle = letters.index_at("0/backward:half")
    assert 0 < len(known.changed(middle, middle + 1)) <= 3
    assert known.changed(middle, middle) == set(known.stories.current(middle))


def test_what_is_recorded_later_is_told_too() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        model(torch.randn(1, 3)).sum().backward()
        graph = trace.graphs[0]
        before = statuses(trace, graph, len(trace.events) - 1)
        optimizer.step()
    after = statuses(trace, graph, len(trace.events) - 1)
    leaves = [node.id for node in graph.nodes if node.variable is not None]
    assert {before[id].stage for id in leaves} == {"passed"}
    assert {after[id].stage for id in leaves} == {"updated"}


def test_a_value_that_came_back_is_told() -> None:
    weight = torch.ones(64, requires_grad=True)
    with gradviz.record() as trace:
        (weight * 2).tanh().sum().backward()
    graph, last = trace.graphs[0], len(trace.events) - 1
    leaf = next(node for node in graph.nodes if node.variable is not None)
    event = next(event for event in trace.events if getattr(event, "param", None) == leaf.variable)
    value = trace.value(event.after)
    trace.store.budget = 0
    trace.store._drop_oldest(but=-1)
    known = Statuses(trace, graph)
    assert known.at(last)[leaf.id].grad == "lost"
    trace.store.budget = 2**20
    trace.store.refill(event.after, value)
    assert leaf.id in known.changed(last, last)
    assert known.at(last)[leaf.id].grad == pytest.approx(value.norm().item())
