"""The lane beside an edge on which its gradient comes back."""

from __future__ import annotations

import math
from itertools import pairwise

from gradviz.render.drawing import Point

APART = 8.0
"""Pixels between an edge and its lane."""


def lane_of(points: tuple[Point, ...], level: tuple[bool, bool]) -> tuple[Point, ...]:
    """The lane from the consumer back to the producer; its ends slide along the cards' borders.

    ``level`` says of both ends of the edge whether the border is an upper or lower one.
    """
    back = points[::-1]
    shifts = [_aside(_direction(back, place)) for place in range(len(back))]
    shifts[0] = shifts[1] = _along(level[1], shifts[0])
    shifts[-1] = shifts[-2] = _along(level[0], shifts[-1])
    return tuple((x + dx, y + dy) for (x, y), (dx, dy) in zip(back, shifts, strict=True))


def _aside(direction: Point) -> Point:
    """From a point on the way back to the one beside it: left of a picture that flows down."""
    dx, dy = direction
    return (dy * APART, -dx * APART)


def _along(level: bool, shift: Point) -> Point:
    """The shift turned into a border."""
    if level:
        return (math.copysign(APART, shift[0]), 0.0)
    return (0.0, math.copysign(APART, shift[1]))


def _direction(points: tuple[Point, ...], place: int) -> Point:
    """The unit vector along the curve at a control point; (0, 0) if all points are one."""
    around = points[max(place - 1, 0) : place + 2]
    dx, dy = around[-1][0] - around[0][0], around[-1][1] - around[0][1]
    if not (dx or dy):
        longest = max(pairwise(points), key=lambda pair: math.dist(*pair))
        dx, dy = longest[1][0] - longest[0][0], longest[1][1] - longest[0][1]
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length else (0.0, 0.0)
