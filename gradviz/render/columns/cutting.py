"""Bézier curves cut where they cross given heights."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from gradviz.render.drawing import Point

STEPS = 40


class Piece(Struct, frozen=True, gc=False):
    """A part of a curve that lies in one column, by its number."""

    column: int
    points: tuple[Point, ...]


def pieces(points: Sequence[Point], heights: Sequence[float]) -> list[Piece]:
    """The parts of a curve between the heights, in its own direction: each begins where the one
    before ends.
    """
    found: list[Piece] = []
    for start in range(0, len(points) - 1, 3):
        for column, segment in _parts(tuple(points[start : start + 4]), heights):
            if found and found[-1].column == column:
                found[-1] = Piece(column, (*found[-1].points, *segment[1:]))
            else:
                found.append(Piece(column, segment))
    return found


def _parts(
    segment: tuple[Point, ...], heights: Sequence[float]
) -> Iterator[tuple[int, tuple[Point, ...]]]:
    """One segment, cut at each height that is between its ends; it may swing over one a little."""
    first, last = (bisect_right(heights, point[1]) for point in (segment[0], segment[-1]))
    while first != last:
        down = last > first
        height = heights[first if down else first - 1]
        head, segment = _split(segment, _at(segment, height), height)
        yield first, head
        first += 1 if down else -1
    yield last, segment


def _at(segment: Sequence[Point], height: float) -> float:
    """Where on its way a segment from one side of a height to the other crosses it."""
    low, high = 0.0, 1.0
    down = segment[-1][1] > segment[0][1]
    for _ in range(STEPS):
        middle = (low + high) / 2
        y = _split(segment, middle, None)[0][-1][1]
        if (y < height) == down:
            low = middle
        else:
            high = middle
    return high


def _split(
    segment: Sequence[Point], t: float, height: float | None
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """De Casteljau's two halves, which meet exactly at the height if one is given."""
    rows = [list(segment)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append(
            [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(row)]
        )
    middle = rows[-1][0] if height is None else (rows[-1][0][0], height)
    head = (*[row[0] for row in rows[:-1]], middle)
    tail = (middle, *[row[-1] for row in rows[-2::-1]])
    return head, tail
