"""The tip of an arrow: the same triangle in every kind of picture."""

from __future__ import annotations

import math

from gradviz.render.drawing import Curve, Point


def tip(curve: Curve) -> tuple[tuple[Point, ...], tuple[Point, Point, Point]]:
    """The curve's points drawn back to make room, and the triangle at its end."""
    end = curve.points[-1]
    start = next((point for point in reversed(curve.points) if math.dist(point, end) > 0.01), end)
    reach = math.dist(start, end) or 1.0
    dx, dy = (end[0] - start[0]) / reach, (end[1] - start[1]) / reach
    length = 5.0 + 2.2 * curve.stroke_width
    half = 0.46 * length
    back = (end[0] - dx * length, end[1] - dy * length)
    triangle = (
        end,
        (back[0] - dy * half, back[1] + dx * half),
        (back[0] + dy * half, back[1] - dx * half),
    )
    cut = 0.8 * length
    x0, y0 = end
    moved = [
        (x - dx * cut, y - dy * cut)
        if abs(x - x0) < cut and abs(y - y0) < cut and math.dist((x, y), end) < cut
        else (x, y)
        for x, y in curve.points[1:]
    ]
    return (curve.points[0], *moved), triangle
