"""The way of an edge from the foot of a column up to the head of the next."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradviz.render.drawing import Point
from gradviz.render.layout.layout import straight

FIRST = 12.0
"""Pixels between a column's cards and the first rail at its foot or head."""
APART = 18.0
"""Pixels between the rails of two edges: room for their gradients."""
BEYOND = 8.0
"""Pixels beyond the last rail."""
ROUND = 12.0
"""Pixels that a corner takes at most."""
LEAST = 0.01
"""Pixels of a line."""
BEND = 0.5523
"""How far along its sides a corner's curve is drawn, to be a quarter of a circle."""


def strip(count: int) -> float:
    """The room that so many rails take at the foot or head of a column."""
    return FIRST + APART * (count - 1) + BEYOND if count else 0.0


def rail(start: Point, end: Point, *, number: int, count: int, gutter: float) -> tuple[Point, ...]:
    """From ``start`` at the foot of a column to ``end`` at the head of the next.

    ``number`` counts the edges from the left, ``gutter`` is the left of the room between columns.
    The rightmost turns first, so that no two cross.
    """
    deep, high = FIRST + APART * (count - 1 - number), FIRST + APART * number
    x = gutter + APART * (count - 1 - number)
    (x0, y0), (x1, y1) = start, end
    return rounded((start, (x0, y0 + deep), (x, y0 + deep), (x, y1 - high), (x1, y1 - high), end))


def rounded(corners: Sequence[Point]) -> tuple[Point, ...]:
    """Straight lines with round corners, as Bézier segments."""
    points: list[Point] = [corners[0]]
    last = len(corners) - 1
    for number in range(1, last):
        before, corner, after = corners[number - 1 : number + 2]
        sides = math.dist(before, corner), math.dist(corner, after)
        room = min(
            ROUND, sides[0] / (1 if number == 1 else 2), sides[1] / (1 if number == last - 1 else 2)
        )
        begin, end = _towards(corner, before, room), _towards(corner, after, room)
        points += _line(points[-1], begin)
        rest = room * (1 - BEND)
        points += (_towards(corner, before, rest), _towards(corner, after, rest), end)
    return (*points, *_line(points[-1], corners[-1]))


def _line(start: Point, end: Point) -> tuple[Point, ...]:
    """Without its start; a curve along a line of no length has no direction, so there is none."""
    return straight(start, end)[1:] if math.dist(start, end) > LEAST else ()


def _towards(start: Point, end: Point, length: float) -> Point:
    whole = math.dist(start, end)
    if not whole:
        return start
    part = length / whole
    return (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
