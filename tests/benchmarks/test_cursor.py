"""One move of the cursor in a trace of 5,000 events, with the whole state looked up; below 2 ms is
wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import pytest
import torch

import gradviz
from tests.benchmarks.models import MODELS, loss_of

EVENTS = 5000
ROUNDS = 60


@cache
def session(name: str) -> gradviz.Session:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, x, y = MODELS[name]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    made = gradviz.Session(model, loss_of, optimizer, [(x, y)])
    made.trace.store.budget = 2**40
    while len(made.trace.events) < EVENTS:
        made.run_iteration()
    return made


def look(state: Any) -> None:
    """Every parameter, gradient and buffer, and every optimizer state."""
    dict(state.params), dict(state.grads), dict(state.buffers)
    for slots in state.optimizer.values():
        dict(slots)


def moves(made: gradviz.Session) -> dict[str, Callable[[], object]]:
    places = count()
    middle = made.iterations // 2
    return {
        "step": made.step,
        "back": made.back,
        "step_over": made.step_over,
        "step_phase": made.step_phase,
        "goto": lambda: made.goto(iteration=middle, event=next(places) % 30),
    }


@pytest.mark.parametrize("name", ["mlp", "resnet18"])
@pytest.mark.parametrize("how", ["step", "back", "step_over", "step_phase", "goto"])
def test_move(name: str, how: str, benchmark: Any) -> None:
    benchmark.group = f"one move in {EVENTS} events of {name}, with the whole state"
    made = session(name)
    made.index = len(made.trace.events) // 3
    move = moves(made)[how]

    def moved() -> None:
        move()
        look(made.state)

    benchmark.pedantic(moved, rounds=30 if how == "step_phase" else ROUNDS, warmup_rounds=1)
