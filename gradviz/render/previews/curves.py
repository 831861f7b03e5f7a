"""Signals and sound: a plot a sample, all over the same range."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gradviz.data.previews.kinds import Audio, Curve, Numbers, Signal, Signals
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text
from gradviz.render.previews.colours import class_colour
from gradviz.render.previews.legend import class_legend
from gradviz.render.previews.plot import ROOM_BELOW, area, ends, frame, line, marker, part_of, runs
from gradviz.render.previews.rows import rows_of
from gradviz.render.previews.stack import NOTHING, SMALL, Piece, paragraph, stacked
from gradviz.render.previews.words import foot, more_text, number
from gradviz.render.theme import Theme

Height: TypeAlias = "Callable[[float], float]"
"""Where a value is drawn in the height of a plot."""

HIGH = 72.0
INSIDE = 4.0
FEW = 24
"""Values of a curve of which each has a dot."""


def draw_signals(signals: Signals, *, width: float, theme: Theme) -> Piece:
    """The curves over the places of their values."""
    last = max((each.length for each in signals.signals), default=1) - 1
    said = _("{count} values each").format(count=last + 1)
    return _drawn(signals.signals, signals.numbers, (0, last, ""), said, signals.more, width, theme)


def draw_audio(audio: Audio, *, width: float, theme: Theme) -> Piece:
    """The waveforms over seconds."""
    length = max((each.length for each in audio.signals), default=0)
    seconds = length / audio.sample_rate
    said = _("{seconds} s each, {rate} values a second (Hz)").format(
        seconds=number(seconds), rate=audio.sample_rate
    )
    return _drawn(audio.signals, audio.numbers, (0, seconds, " s"), said, audio.more, width, theme)


def _drawn(
    signals: Sequence[Signal],
    numbers: Numbers,
    axis: tuple[float, float, str],
    said: str,
    more: int,
    width: float,
    theme: Theme,
) -> Piece:
    low, high = numbers.low or 0.0, numbers.high or 0.0
    if axis[2]:  # sound swings around 0
        low, high = -max(-low, high), max(-low, high)
    if low == high:
        low, high = low - 1, high + 1
    aside = max(fonts.width(number(each), size=SMALL) for each in (low, high)) + 6
    count = max((len(each.curves) for each in signals), default=0)
    hidden = max((each.more for each in signals), default=0)
    names = [
        each.name or _("channel {number}").format(number=place)
        for place, each in enumerate(signals[0].curves if signals else ())
    ]

    def inside(place: int, room: float) -> Piece:
        return _plot(
            signals[place], (low, high), axis if place == len(signals) - 1 else None,
            aside, room, theme,
        )  # fmt: skip

    channels = _("and {count} more channels").format(count=hidden) if hidden else ""
    return stacked(
        (
            class_legend(dict(enumerate(names)), theme, width=width) if count > 1 else NOTHING,
            rows_of([each.sample for each in signals], inside, width=width, theme=theme),
            paragraph(channels, width, colour=theme.text),
            foot(numbers, theme, width=width, more=more_text(more), said=said),
        )
    )


def _plot(
    signal: Signal,
    reach: tuple[float, float],
    axis: tuple[float, float, str] | None,
    aside: float,
    room: float,
    theme: Theme,
) -> Piece:
    low, high = reach
    wide = room - aside
    items: list[Item] = [frame(aside, 0, wide, HIGH, theme)]
    for y, value in ((SMALL - 2, high), (HIGH - 1, low)):
        items.append(
            Text(x=aside - 6, y=y, text=number(value), size=SMALL, colour=theme.muted, anchor="end")
        )

    def at(value: float) -> float:
        return INSIDE + (HIGH - 2 * INSIDE) * part_of(value, high, low)

    if low < 0 < high:
        items.append(
            line([(aside, at(0)), (room, at(0))], stroke=theme.border, width=1.0, dashed=True)
        )
    for place, curve in enumerate(signal.curves):
        colour = class_colour(place, theme) if len(signal.curves) > 1 else theme.positive
        whole = len(curve.lows) == signal.length
        items += _curve(curve, (aside + INSIDE, wide - 2 * INSIDE), at, colour, whole=whole)
        items += _bad(curve, (aside + INSIDE, wide - 2 * INSIDE), theme)
    if axis is None:
        return tuple(items), HIGH
    first, last, unit = axis
    texts = [(aside + INSIDE, f"{number(first)}{unit}"), (room - INSIDE, f"{number(last)}{unit}")]
    if last > 1 or unit:
        middle = (first + last) / 2 if unit else (first + last) // 2
        x = aside + INSIDE + (wide - 2 * INSIDE) * (middle - first) / (last - first or 1)
        texts.append((x, f"{number(middle)}{unit}"))
    items += ends(texts, HIGH, theme, left=aside, right=room)
    return tuple(items), HIGH + ROOM_BELOW


def _curve(
    curve: Curve, reach: tuple[float, float], at: Height, colour: str, *, whole: bool
) -> list[Item]:
    """A line through the values where all are there, else the area from the smallest to the largest
    of each column.
    """
    left, step = _steps(curve, reach)
    items: list[Item] = []
    for start, lows in runs(curve.lows):
        highs = curve.highs[start : start + len(lows)]
        over = [(left + (start + k) * step, at(value)) for k, value in enumerate(highs)]
        if whole:
            if len(over) > 1:
                items.append(line(over, stroke=colour))
            if len(curve.lows) <= FEW or len(over) == 1:
                items += [marker(x, y, 5, 0, fill=colour, stroke=colour) for x, y in over]
            continue
        under = [(left + (start + k) * step, at(value)) for k, value in enumerate(lows)]
        items.append(area([*over, *reversed(under)], fill=colour))
    return items


def _bad(curve: Curve, reach: tuple[float, float], theme: Theme) -> list[Item]:
    """Black signs at the foot where there is no finite number."""
    left, step = _steps(curve, reach)
    marks = [math.nan if value == value else 0.0 for value in curve.lows]
    return [
        Box(
            x=left + start * step - 2,
            y=HIGH - 9,
            width=4 + (len(run) - 1) * step,
            height=8,
            fill=theme.bad_fill,
            stroke=theme.muted,
        )
        for start, run in runs(marks)
    ]


def _steps(curve: Curve, reach: tuple[float, float]) -> tuple[float, float]:
    """Where the first value is drawn, and how far the next is from it."""
    return reach[0], reach[1] / max(1, len(curve.lows) - 1)
