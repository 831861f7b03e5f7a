"""Random walks with edits put on and taken off end in the bits of a straight and a plain run."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from torch.optim.lr_scheduler import StepLR

import gradviz
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.compare import first_difference
from tests.engine.compare import same
from tests.engine.plainloop import mlp, outcome, run_plain

ITERATIONS = 5
EDITS: list[Callable[..., Any]] = [
    lambda **scope: GradEdit("fc1.weight", "scale", 0.5, **scope),
    lambda **scope: GradEdit("act", "noise", 0.5, **scope),
    lambda **scope: GradEdit("fc2/AddmmBackward0[1]", "clip_norm", 0.01, **scope),
    lambda **scope: ValueEdit("optimizer.lr", "scale", 0.3, **scope),
    lambda **scope: ValueEdit("optimizer.momentum", "replace", 0.1, **scope),
    lambda **scope: ValueEdit("fc2.bias", "zero", **scope),
    lambda **scope: ValueEdit("input", "sign", **scope),
]
SCOPES = [{}, {"first": 0}, {"first": 1, "last": 2}, {"first": 3}, {"first": 2, "last": 2}]


def halving(optimizer: Any) -> StepLR:
    return StepLR(optimizer, 2, 0.5)


def session() -> gradviz.Session:
    model, loss_fn, optimizer, loader = mlp()
    return gradviz.Session(model, loss_fn, optimizer, loader, scheduler=halving(optimizer))


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_ends_where_a_straight_run_does(seed: int) -> None:
    choose = random.Random(seed)
    walked = session()
    for _ in range(24):
        match choose.randrange(6):
            case 0 if walked.iterations < ITERATIONS:
                walked.run_iteration()
            case 1:
                walked.edit(choose.choice(EDITS)(**choose.choice(SCOPES)))
            case 2 if walked.edits:
                walked.unedit(choose.choice(walked.edits))
            case 3 if walked.iterations:
                walked.goto(iteration=choose.randrange(walked.iterations))
            case 4:
                walked.back()
            case _:
                walked.step_phase()
    straight = session()
    for rule in walked.edits:
        straight.edit(rule)
    iterations = max(ITERATIONS, walked.iterations)
    for each in (walked, straight):
        while each.iterations < iterations:
            assert each.run_iteration()
    assert first_difference(straight.trace, walked.trace) is None
    plain = run_plain(mlp, walked.edits, iterations=iterations, schedule=halving)
    live = outcome(walked.model, walked.loop.optimizer, plain.losses)
    for one, other in zip(live, plain, strict=True):
        assert same(one, other)
