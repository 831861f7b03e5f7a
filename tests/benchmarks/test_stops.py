"""Looking through 5,000 events for a breakpoint; what needs no tensor takes milliseconds."""

from __future__ import annotations

from typing import Any

import pytest

import gradviz
from gradviz import Breakpoint
from gradviz.engine.stops.stops import next_stop
from gradviz.resources import assets
from gradviz.trace.trace import Trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    session = gradviz.Session.from_project(
        gradviz.load(assets() / "examples" / "moons_mlp.gradviz")
    )
    while len(session.trace.events) < 5000:
        session.run_iteration()
    return session.trace


@pytest.mark.parametrize(
    "breakpoint",
    [
        Breakpoint("op", "nowhere"),
        Breakpoint("phase", "step", hits=100_000),
        Breakpoint("module", "nowhere"),
        Breakpoint("param", "nowhere"),
        Breakpoint("expression", 'grad_norm > 100 and op == "nowhere"'),
        Breakpoint("expression", 'phase == "backward" and grad_norm > 1e9'),
        Breakpoint("grad_norm_above", 1e9),
        Breakpoint("nonfinite"),
    ],
    ids=lambda each: f"{each.on} {each.what or ''}",
)
def test_search(benchmark: Any, trace: Trace, breakpoint: Breakpoint) -> None:
    assert benchmark(next_stop, trace, [breakpoint]) is None
