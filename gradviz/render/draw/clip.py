"""Curves cut at the border of a rectangle."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from gradviz.render.drawing import Point

_HALVINGS = 20


class Rectangle(Protocol):
    """What has a place and a size."""

    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


def leaving(points: tuple[Point, ...], box: Rectangle) -> tuple[Point, ...]:
    """Bézier segments that begin inside of a rectangle, up to where they first leave it."""
    for place in range(0, len(points) - 3, 3):
        segment = points[place : place + 4]
        if _is_inside(segment[3], box):
            continue
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if _is_inside(_split(segment, middle)[3], box):
                low = middle
            else:
                high = middle
        return (*points[:place], *_split(segment, high))
    return points


def _is_inside(point: Point, box: Rectangle) -> bool:
    x, y = point[0] - box.x, point[1] - box.y
    return 0.01 < x < box.width - 0.01 and 0.01 < y < box.height - 0.01


def _split(segment: tuple[Point, ...], part: float) -> tuple[Point, Point, Point, Point]:
    """The first part of a cubic segment, by de Casteljau's algorithm."""
    first = segment[0]
    ends = [first]
    while len(segment) > 1:
        segment = tuple(
            (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
            for (x0, y0), (x1, y1) in pairwise(segment)
        )
        ends.append(segment[0])
    return (ends[0], ends[1], ends[2], ends[3])
