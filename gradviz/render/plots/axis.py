"""An axis: which numbers it goes from and to, where its ticks are, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

LOG_FROM = 50.0
"""How many times the smallest number the largest is, for an axis to count in powers of ten."""
_STEPS = (1.0, 2.0, 5.0, 10.0)


class Axis(Struct, frozen=True):
    """From ``low`` to ``high``, with ``ticks`` at round numbers; ``log`` if equal ways along it are
    equal factors.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a number is: 0 at its low end, 1 at its high one."""
        if self.log:
            low, high, value = math.log10(self.low), math.log10(self.high), math.log10(value)
        else:
            low, high = self.low, self.high
        return (value - low) / (high - low)


def axis_of(values: Iterable[float], *, most: int = 6) -> Axis:
    """The axis for these numbers, those that are not finite left aside; about ``most`` ticks."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return linear(0.0, 1.0, most=most)
    low, high = min(finite), max(finite)
    if low > 0 and high / low >= LOG_FROM:
        return _logarithmic(low, high, most)
    if low > 0 and low < 0.6 * high:
        low = 0.0
    if low == high:
        low, high = (0.0, 2 * high) if high > 0 else (2 * low, 0.0) if low < 0 else (0.0, 1.0)
    return linear(low, high, most=most)


def linear(low: float, high: float, *, most: int = 6) -> Axis:
    """An axis whose ends are ticks, too."""
    step = _step((high - low) / (most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(place * step for place in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def counted(count: float, *, most: int = 10) -> Axis:
    """From 0 to just this number, with ticks at whole ones."""
    step = max(1, round(_step(count / most)))
    ticks = tuple(float(place) for place in range(0, math.floor(count) + 1, step))
    return Axis(0.0, max(count, 1e-9), ticks)


def written(value: float) -> str:
    """A number of a tick or a label, short: ``0.05``, ``1e-9``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value and not 1e-4 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _logarithmic(low: float, high: float, most: int) -> Axis:
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    every = max(1, math.ceil((last - first) / (most - 1)))
    decades = range(first, last + 1)
    if len(decades) <= 3:
        ticks = [10.0**place * part for place in decades for part in (1, 2, 5)]
    else:
        ticks = [10.0**place for place in decades if place % every == 0]
    low, high = low / 1.1, high * 1.1
    return Axis(low, high, tuple(tick for tick in ticks if low <= tick <= high), log=True)


def _step(rough: float) -> float:
    """The round number next above."""
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(part for part in (*(part * power for part in _STEPS), math.inf)
                if part >= rough * (1 - 1e-9))  # fmt: skip
