"""Rows: an event in words and numbers, the same on every face."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.explain.loop import code
from gradviz.explain.rows import number, row
from gradviz.trace.events import PHASES, ParamUpdated


def test_rows_show_torchs_numbers(examples: Path) -> None:
    session = gradviz.Session.from_project(gradviz.load(examples / "moons_mlp.gradviz"))
    session.run_iteration()
    trace = session.trace
    rows = [row(trace, event) for event in trace.events]
    assert [line.index for line in rows] == list(range(len(rows)))
    by_what = {line.what: line for line in rows}
    assert by_what["linear"].shape == "(8, 2)"
    assert by_what["fc1.weight.grad"].grad == "None → None"
    assert by_what["AddmmBackward0"].module == "fc1"
    update = next(event for event in trace.events if isinstance(event, ParamUpdated))
    moved = trace.value(update.after).double() - trace.value(update.before).double()
    assert by_what[update.param].update == number(moved.norm().item())
    assert float(by_what["loss"].value) == pytest.approx(
        trace.value(trace.events[9].value).item(), rel=1e-3
    )


def test_a_failure_is_a_row() -> None:
    with pytest.raises(RuntimeError), gradviz.record() as trace:
        torch.ones(2) @ torch.ones(3)
    assert row(trace, trace.events[-1]).what.startswith("RuntimeError: inconsistent tensor size")


def test_the_loop_has_a_line_for_each_phase() -> None:
    assert tuple(line.phase for line in code()) == PHASES
    compile("\n".join(line.text for line in code()), "loop", "exec")
    odd = code(("forward", "loss", "backward", "backward"))
    assert [line.phase for line in odd] == ["data", "forward", "loss", "backward", "backward"]


def test_numbers_have_four_digits() -> None:
    assert [number(v) for v in (0.0, 1 / 3, 123456.0, 1e-9, None)] == [
        "0", "0.3333", "1.235e+05", "1e-09", "",
    ]  # fmt: skip
