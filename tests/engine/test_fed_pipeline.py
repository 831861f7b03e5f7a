"""A session whose loader is watched knows how each of its batches came to be."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

import gradviz
from gradviz.data.pipeline.outcomes import outcomes
from gradviz.trace.events import BatchFetched, LossComputed
from gradviz.trace.pipeline import BatchMoved, IndexDrawn
from tests.data.pipeline.corpus import ROWS


def session(*, watched: bool, device: str = "cpu") -> gradviz.Session:
    torch.manual_seed(0)
    model = nn.Linear(3, 10, device=device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(ROWS, batch_size=4, shuffle=True)
    return gradviz.Session(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        gradviz.watch_loader(loader) if watched else loader,
        seed=1,
    )


def test_each_iteration_knows_its_batch_and_is_what_it_would_be() -> None:
    watched, plain = session(watched=True), session(watched=False)
    for each in (watched, plain):
        for _ in range(4):
            each.step_iteration()
    assert plain.batch_steps() is None
    for number in range(1, 4):
        fetched = next(
            event
            for event in watched.trace.events
            if isinstance(event, BatchFetched) and event.iteration == number
        )
        steps = watched.batch_steps(number)
        assert steps is not None
        assert list(steps.indices) == watched.trace.value(fetched.values["target"]).tolist()
        assert isinstance(steps.events[0], IndexDrawn)
    for one, other in zip(watched.model.parameters(), plain.model.parameters(), strict=True):
        assert one.equal(other)


def test_a_replay_knows_it_too_and_old_ones_are_let_go() -> None:
    run = session(watched=True)
    for _ in range(6):
        run.step_iteration()
    steps = run.batch_steps(5)
    run.edit(gradviz.GradEdit("weight", "scale", 0.5))
    assert run.batch_steps(5) is steps is not None
    assert run.batch_steps(0) is None
    assert run.batch_steps(99) is None


def test_a_sample_and_its_loss() -> None:
    run = session(watched=True)
    run.step_iteration()
    steps = run.batch_steps(0)
    assert steps is not None
    torch.manual_seed(0)
    model = nn.Linear(3, 10)
    x, y = steps.delivered
    found = outcomes(steps, nn.CrossEntropyLoss(), model(x), y)
    loss = next(event for event in run.trace.events if isinstance(event, LossComputed))
    mean = sum(each.loss or 0 for each in found) / 4
    assert abs(mean - run.trace.value(loss.value).item()) < 1e-6


def test_a_project_is_watched(examples: Path) -> None:
    run = gradviz.Session.from_project(gradviz.load(examples / "moons_mlp.gradviz"))
    run.step_iteration()
    steps = run.batch_steps()
    assert steps is not None
    assert len(steps.indices) == len(steps.delivered[1])


def test_a_batch_that_is_moved_says_so() -> None:
    run = session(watched=True, device="meta")
    batch = run.loop.fetch()
    assert batch.steps is not None
    moved = batch.steps.events[-1]
    assert isinstance(moved, BatchMoved)
    assert moved.device == "meta"
