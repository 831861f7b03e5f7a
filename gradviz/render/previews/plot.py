"""The ground of plots: a frame, what stands at its ends, and lines of points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from gradviz.render import fonts
from gradviz.render.drawing import Box, Curve, Item, Point, Text
from gradviz.render.previews.stack import LINE, SMALL
from gradviz.render.theme import Theme

ROOM_BELOW = SMALL * LINE + 2
"""Height of the line below a plot that says where it begins and ends."""


def frame(x: float, y: float, width: float, height: float, theme: Theme) -> Box:
    """The ground of a plot."""
    return Box(x=x, y=y, width=width, height=height, fill=theme.frame_fill, stroke=theme.frame_line)


def ends(
    texts: Sequence[tuple[float, str]], y: float, theme: Theme, *, left: float, right: float
) -> Iterator[Text]:
    """Texts below a plot, each at its x, moved inside; what would cover an earlier one is left
    out.
    """
    taken: list[tuple[float, float]] = []
    for x, text in texts:
        shown = fonts.elided(text, right - left, size=SMALL)
        wide = fonts.width(shown, size=SMALL)
        start = min(max(x - wide / 2, left), right - wide)
        if any(start < end + 8 and start + wide + 8 > begin for begin, end in taken):
            continue
        taken.append((start, start + wide))
        yield Text(x=start, y=y + SMALL + 2, text=shown, size=SMALL, colour=theme.muted)


def line(
    points: Sequence[Point], *, stroke: str, width: float = 1.5, dashed: bool = False
) -> Curve:
    """A line from point to point."""
    return Curve(points=cornered(points), stroke=stroke, stroke_width=width, dashed=dashed)


def area(points: Sequence[Point], *, fill: str, opacity: float = 1.0) -> Curve:
    """A filled outline; the line round it keeps what is thinner than a pixel in sight."""
    return Curve(
        points=cornered([*points, points[0]]),
        stroke=fill,
        stroke_width=1.0,
        fill=fill,
        closed=True,
        opacity=opacity,
    )


def cornered(points: Sequence[Point]) -> tuple[Point, ...]:
    """Straight lines as cubic segments."""
    made = [points[0]]
    for before, after in itertools.pairwise(points):
        made += (before, after, after)
    return tuple(made)


def part_of(value: float, start: float, end: float) -> float:
    """How far a value is on the way, from 0 to 1; halves, for their difference may be too large."""
    span = end / 2 - start / 2
    return (value / 2 - start / 2) / span if span else 0.5


def runs(values: Iterable[float]) -> Iterator[tuple[int, list[float]]]:
    """The values without those that are NaN: where each run begins, and the run."""
    start, run = 0, list[float]()
    for place, value in enumerate(values):
        if not math.isnan(value):
            start = start if run else place
            run.append(value)
        elif run:
            yield start, run
            run = []
    if run:
        yield start, run


def marker(x: float, y: float, size: float, sort: int, *, fill: str, stroke: str,
           node: int | None = None) -> Item:  # fmt: skip
    """A small sign around a place: disc, square, triangle or diamond, by ``sort``."""
    half = size / 2
    if sort % 4 < 2:
        return Box(
            x=x - half, y=y - half, width=size, height=size, fill=fill, stroke=stroke,
            stroke_width=0.75, radius=half if sort % 4 == 0 else 0.0, node=node,
        )  # fmt: skip
    corners = (
        [(x, y - half), (x + half, y + half), (x - half, y + half)]
        if sort % 4 == 2
        else [(x, y - half - 1), (x + half + 1, y), (x, y + half + 1), (x - half - 1, y)]
    )
    return Curve(
        points=cornered([*corners, corners[0]]), stroke=stroke, stroke_width=0.75, fill=fill,
        closed=True, node=node,
    )  # fmt: skip


def sort_of(place: int) -> int:
    """The sign of a class: no two of the first 32 have both its sign and its colour."""
    return (place + place // 8) % 4
