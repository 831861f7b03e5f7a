"""One training iteration, plain and recorded: the ratio within a group is what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
import torch

import gradviz
from gradviz.data.loading import build_loader
from gradviz.engine.building.build import build_loss, build_optimizer
from gradviz.engine.record.record import recording
from gradviz.resources import assets
from gradviz.trace.trace import Trace

PROJECTS = ("letters_cnn", "moons_mlp")


def parts(name: str) -> tuple[Any, Any, Any, Iterator[Any]]:
    project = gradviz.load(assets() / "examples" / f"{name}.gradviz")
    model = gradviz.build(project)
    batches = list(build_loader(project.data, seed=0))[:8]
    return (
        model,
        build_loss(project.training),
        build_optimizer(project.training, model),
        cycle(batches),
    )


def iteration(model: Any, loss_fn: Any, optimizer: Any, batch: Any) -> None:
    inputs, target = batch
    optimizer.zero_grad()
    loss_fn(model(inputs), target).backward()
    optimizer.step()


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("way", ["plain", "recorded"])
def test_iteration(name: str, way: str, benchmark: Any) -> None:
    torch.set_num_threads(1)
    benchmark.group = f"one iteration of {name}"
    model, loss_fn, optimizer, batches = parts(name)

    def plain() -> None:
        iteration(model, loss_fn, optimizer, next(batches))

    def recorded() -> None:
        with recording(Trace(), model=model, optimizer=optimizer, iteration=0):
            iteration(model, loss_fn, optimizer, next(batches))

    run: Callable[[], None] = plain if way == "plain" else recorded
    benchmark.pedantic(run, rounds=200, warmup_rounds=20)
