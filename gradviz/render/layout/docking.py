"""Where edges end on the borders of cards."""

from __future__ import annotations

from typing import TypeAlias

from gradviz.render.drawing import Point

CORNER = 10.0
"""Pixels beside a card's corner where no edge ends."""

Rectangle: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height."""
Way: TypeAlias = tuple[tuple[Point, ...], tuple[bool, bool]]
"""An edge as cubic Bézier segments, and of both ends whether they are on an upper or lower border
of a card.
"""


def docked(points: tuple[Point, ...], first: Rectangle | None, last: Rectangle | None) -> Way:
    """A curve that ends on the cards' borders, away from their corners, which are round. An end
    without a card stays.
    """
    start, upright = _end(points[0], first) if first else (points[0], True)
    end, level = _end(points[-1], last) if last else (points[-1], True)
    return (start, *points[1:-1], end), (upright, level)


def _end(point: Point, card: Rectangle) -> tuple[Point, bool]:
    (x, y), (left, top, width, height) = point, card
    right, bottom = left + width, top + height
    if min(abs(y - top), abs(y - bottom)) <= min(abs(x - left), abs(x - right)):
        return (min(max(x, left + CORNER), right - CORNER), y), True
    return (x, min(max(y, top + CORNER), bottom - CORNER)), False
