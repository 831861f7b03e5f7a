"""Axes: round ticks, and a logarithm where losses span decades."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.render.plots.axis import axis_of, counted, written


@pytest.mark.parametrize(
    ("values", "ticks", "log"),
    [
        ([0.1, 2.9], (0.0, 1.0, 2.0, 3.0), False),
        ([90.0, 97.0], (90.0, 92.0, 94.0, 96.0, 98.0), False),
        ([1e-9, 3e-9], (0.0, 1e-9, 2e-9, 3e-9), False),
        ([0.002, 2.0], (0.01, 0.1, 1.0), True),
        ([3.0], (0.0, 2.0, 4.0, 6.0), False),
        ([], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), False),
        ([math.nan, math.inf], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), False),
    ],
)
def test_ticks_are_round(values: list[float], ticks: tuple[float, ...], log: bool) -> None:
    axis = axis_of(values)
    assert axis.ticks == pytest.approx(ticks)
    assert axis.log is log


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_all_finite_numbers_are_on_the_axis(values: list[float]) -> None:
    values = [value for value in values if not 0 < abs(value) < 1e-300 and not abs(value) > 1e300]
    axis = axis_of(values)
    assert 1 <= len(axis.ticks) <= 12
    for value in filter(math.isfinite, values):
        assert -1e-6 <= axis.share(value) <= 1 + 1e-6


@pytest.mark.parametrize("count", [1, 2, 7, 30, 200, 12345])
def test_epochs_are_counted_in_whole_numbers(count: int) -> None:
    axis = counted(count)
    assert all(tick == int(tick) for tick in axis.ticks)
    assert axis.ticks[0] == 0
    assert axis.high == count
    assert 2 <= len(axis.ticks) <= 11


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1e-9, "1e-9"), (2.345e-10, "2.35e-10"), (1500.0, "1500"), (0.0, "0"),
     (1e7, "1e7"), (math.nan, "NaN"), (math.inf, "∞")],
)  # fmt: skip
def test_numbers_are_written_short(value: float, text: str) -> None:
    assert written(value) == text
