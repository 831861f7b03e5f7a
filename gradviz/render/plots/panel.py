"""One plot: axes, curves, and their names where they end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

from msgspec import Struct

from gradviz.render import fonts
from gradviz.render.drawing import Box, Clip, Curve, Item, Point, Text
from gradviz.render.plots.axis import Axis
from gradviz.render.plots.series import Series
from gradviz.render.theme import Theme

SIZE = 15.0
"""Pixels of the text of ticks and names."""
LINE = 19.0
_MARK = 3.5
_OUT = 7.0
"""How far an arrowhead points out of the frame."""


class Frame(Struct, frozen=True):
    """Where a plot is: the rectangle between its axes, and how numbers get into it."""

    left: float
    top: float
    width: float
    height: float
    across: Axis
    up: Axis

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def x(self, value: float) -> float:
        """Where a number is across."""
        return self.left + self.width * self.across.share(value)

    def y(self, value: float) -> float:
        """Where a number is; what is infinite, or too low for a logarithm, is at an edge."""
        if value == math.inf:
            return self.top
        if value == -math.inf or (self.up.log and value <= 0):
            return self.bottom
        return self.bottom - self.height * self.up.share(value)


def axes(
    frame: Frame, theme: Theme, *, title: str, tick: Callable[[float], str], below: bool
) -> list[Item]:
    """The grid, the ticks at the left and ``below``, and what is plotted, above."""
    items: list[Item] = [
        Text(x=frame.left, y=frame.top - 12, text=title, size=SIZE, colour=theme.text, bold=True)
    ]
    for value in frame.up.ticks:
        y = frame.y(value)
        items.append(straight((frame.left, y), (frame.right, y), theme.frame_line, 0.7))
        items.append(
            Text(x=frame.left - 8, y=y + 5, text=tick(value), size=SIZE, colour=theme.muted,
                 anchor="end")
        )  # fmt: skip
    for value in frame.across.ticks:
        x = frame.x(value)
        items.append(straight((x, frame.bottom), (x, frame.bottom + 5), theme.muted))
        if below:
            items.append(
                Text(x=x, y=frame.bottom + 22, text=f"{value:g}", size=SIZE, colour=theme.muted,
                     anchor="middle")
            )  # fmt: skip
    items.append(straight((frame.left, frame.bottom), (frame.right, frame.bottom), theme.muted))
    return items


def curve(frame: Frame, series: Series, theme: Theme) -> list[Item]:
    """The line, with gaps where numbers are NaN, arrowheads at the edge where they are infinite,
    and its marks.
    """
    items: list[Item] = []
    width = 1.0 if series.faint else 2.2
    opacity = 0.4 if series.faint else 1.0
    finite = groupby(series.points, key=lambda point: math.isfinite(point[1]))
    for good, run in finite:
        places = [(frame.x(x), frame.y(y)) for x, y in run if not math.isnan(y)]
        if not good:
            items += [_beyond(place, frame, series) for place in places]
        elif len(places) > 1:
            items.append(
                Curve(points=_joined(places), stroke=series.colour, stroke_width=width,
                      dashed=series.dashed, opacity=opacity)
            )  # fmt: skip
    if series.marked:
        items += _marks(frame, series, theme)
    return items


def clipped(frame: Frame, items: Iterable[Item]) -> Clip:
    """What of them lies in the frame, and the arrowheads at its edges."""
    return Clip(
        x=frame.left, y=frame.top - _OUT, width=frame.width, height=frame.height + _OUT,
        items=tuple(items),
    )  # fmt: skip


def names(frame: Frame, series: Iterable[Series], theme: Theme) -> list[Item]:
    """The names of curves at the right of where they end, one below the other if they are near."""
    wanted = []
    for each in series:
        end = next((p for p in reversed(each.points) if not math.isnan(p[1])), None)
        if each.name and end is not None:
            wanted.append((frame.y(end[1]), each))
    wanted.sort(key=lambda pair: pair[0])
    items: list[Item] = []
    for y, (_, each) in zip(
        spread([y for y, _ in wanted], LINE, frame.top, frame.bottom), wanted, strict=True
    ):
        x = frame.right + 14
        items.append(Text(x=x, y=y + 5, text=each.name, size=SIZE, colour=each.colour, bold=True))
        x += fonts.width(f"{each.name} ", size=SIZE, bold=True) + 2
        items.append(Text(x=x, y=y + 5, text=each.value, size=SIZE, colour=theme.text))
    return items


def names_width(series: Iterable[Series]) -> float:
    """How much room the names take, at the right of a frame."""
    return max(
        (
            fonts.width(f"{each.name} ", size=SIZE, bold=True) + fonts.width(each.value, size=SIZE)
            for each in series
        ),
        default=0.0,
    ) + 28  # fmt: skip


def straight(
    start: Point, end: Point, colour: str, width: float = 1.0, *, dashed: bool = False
) -> Curve:
    """A straight line."""
    return Curve(points=_joined([start, end]), stroke=colour, stroke_width=width, dashed=dashed)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, so far apart and between two bounds, if there is
    room.
    """
    places: list[float] = []
    for each in wanted:
        places.append(max(each, places[-1] + apart) if places else max(each, low))
    for i in reversed(range(len(places))):
        bound = high if i == len(places) - 1 else places[i + 1] - apart
        places[i] = min(places[i], bound)
    return places


def _marks(frame: Frame, series: Series, theme: Theme) -> list[Item]:
    items: list[Item] = []
    for i, (x, y) in enumerate(series.points):
        if math.isfinite(y):
            items.append(
                Box(x=frame.x(x) - _MARK, y=frame.y(y) - _MARK, width=2 * _MARK, height=2 * _MARK,
                    fill=theme.background if series.dashed else series.colour,
                    stroke=series.colour, stroke_width=1.6, radius=_MARK,
                    hint=series.hints[i] if series.hints else "")
            )  # fmt: skip
    return items


def _beyond(place: Point, frame: Frame, series: Series) -> Curve:
    """What is beyond the frame: a small triangle at its edge that points out of it."""
    x, y = place
    tip = -_OUT if y <= frame.top else _OUT
    points = ((x - 5, y), (x, y + tip), (x + 5, y), (x - 5, y))
    return Curve(points=_joined(points), stroke=series.colour, fill=series.colour, closed=True)


def _joined(places: Sequence[Point]) -> tuple[Point, ...]:
    """The same way as cubic segments."""
    points = [places[0]]
    for (x0, y0), (x1, y1) in pairwise(places):
        third = ((2 * x0 + x1) / 3, (2 * y0 + y1) / 3)
        points += [third, ((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3), (x1, y1)]
    return tuple(points)
