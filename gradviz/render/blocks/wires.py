"""The way of a wire: from an output down to an input, in a curve that leaves and arrives upright,
and around what stands between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from gradviz.render.drawing import Point

Rectangle: TypeAlias = "tuple[float, float, float, float]"
"""Left, top, width, height."""
Lane: TypeAlias = "tuple[float, float, float]"
"""An x, and from which y to which."""
LEAST, MOST = 18.0, 120.0
"""Pixels that a wire goes straight on before it turns, at least and at most."""
BESIDE = 22.0
"""Pixels between a wire and the card that it goes around."""
SAMPLES = 12
LEAD, TURN = 20.0, 28.0
"""Pixels that a wire that goes around something goes down first, and until it has turned aside."""
LANE = 10.0
"""Pixels between wires side by side."""
AROUND = 16
"""Points of a wire that goes around something."""


def wire_points(
    start: Point, end: Point, others: Sequence[Rectangle] = (), lanes: Sequence[Lane] = ()
) -> tuple[Point, ...]:
    """Bézier segments from an output to an input, around the ``others`` that stand between, and
    beside the ``lanes`` that wires have taken already.
    """
    direct = _direct(start, end)
    hit = [each for each in others if _meets(direct, each)]
    if not hit or end[1] - start[1] < 2 * (LEAD + TURN):
        return direct
    for _again in range(3):  # what goes around one card may run into the next one
        side = _beside(_side(start, end, hit), start, end, lanes)
        points = _around(start, end, side)
        more = [each for each in others if each not in hit and _meets(points, each)]
        if not more:
            break
        hit += more
    return points


def lane_of(points: Sequence[Point]) -> Lane | None:
    """Where a wire goes straight down beside cards, if it does."""
    if len(points) < AROUND:
        return None
    return points[6][0], points[6][1], points[9][1]


def at(points: Sequence[Point], part: float) -> Point:
    """The point that lies so far along the way, from 0 to 1."""
    count = (len(points) - 1) // 3
    place = min(int(part * count), count - 1)
    t = part * count - place
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[3 * place : 3 * place + 4]
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def distance(points: Sequence[Point], spot: Point) -> tuple[float, float]:
    """How far a spot is from a wire, and how far along the wire that is, from 0 to 1."""
    x, y = spot
    count = SAMPLES * (len(points) - 1) // 3
    best, where = float("inf"), 0.0
    (x0, y0), step = at(points, 0.0), 1 / count
    for place in range(count):
        x1, y1 = at(points, (place + 1) * step)
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy or 1.0
        t = min(max(((x - x0) * dx + (y - y0) * dy) / length, 0.0), 1.0)
        away = (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2
        if away < best:
            best, where = away, (place + t) * step
        x0, y0 = x1, y1
    return float(best**0.5), where


def _direct(start: Point, end: Point) -> tuple[Point, ...]:
    (x0, y0), (x1, y1) = start, end
    down = y1 - y0
    bend = min(max(abs(down) * 0.5, LEAST), MOST)
    if down < LEAST:  # what it leads to stands higher: out in a wide curve
        bend = min(MOST, LEAST + abs(x1 - x0) * 0.3 + abs(down) * 0.25)
    return start, (x0, y0 + bend), (x1, y1 - bend), end


def _around(start: Point, end: Point, side: float) -> tuple[Point, ...]:
    """Straight down at the x that is the ``side``; first past the shape below the output."""
    (x0, y0), (x1, y1) = start, end
    out, back = y0 + LEAD, y1 - TURN / 3
    upper, lower = out + TURN, back - TURN
    third = (lower - upper) / 3
    return (
        start,
        (x0, y0 + LEAD / 3), (x0, y0 + 2 * LEAD / 3), (x0, out),
        (x0, out + 0.8 * TURN), (side, out + 0.2 * TURN), (side, upper),
        (side, upper + third), (side, lower - third), (side, lower),
        (side, back - 0.2 * TURN), (x1, back - 0.8 * TURN), (x1, back),
        (x1, back + TURN / 9), (x1, back + 2 * TURN / 9), end,
    )  # fmt: skip


def _beside(side: float, start: Point, end: Point, lanes: Sequence[Lane]) -> float:
    """The side, or further out if a wire goes there already."""
    out = 1 if side > (start[0] + end[0]) / 2 else -1
    for _again in lanes:
        near = [
            x
            for x, top, bottom in lanes
            if abs(x - side) < LANE and top < end[1] and start[1] < bottom
        ]
        if not near:
            break
        side = (max(near) if out > 0 else min(near)) + out * LANE
    return side


def _side(start: Point, end: Point, hit: Iterable[Rectangle]) -> float:
    """Left or right of all of them, whichever is nearer."""
    boxes = list(hit)
    left = min(x for x, *_ in boxes) - BESIDE
    right = max(x + width for x, _, width, _ in boxes) + BESIDE
    ends = start[0], end[0]
    cost = {x: sum(abs(each - x) for each in ends) for x in (right, left)}
    return min(cost, key=lambda x: cost[x])


def _meets(points: Sequence[Point], box: Rectangle) -> bool:
    """Whether a wire runs behind a card."""
    left, top, width, height = box
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if max(xs) < left or min(xs) > left + width or max(ys) < top or min(ys) > top + height:
        return False
    count = SAMPLES * (len(points) - 1) // 3
    for place in range(1, count):
        x, y = at(points, place / count)
        if left - 4 < x < left + width + 4 and top < y < top + height:
            return True
    return False


def routed(
    ends: Sequence[tuple[Point, Point]], boxes: Sequence[Rectangle], *, among: Sequence[Lane] = ()
) -> list[tuple[Point, ...]]:
    """The ways of all wires, the short ones nearest to the cards."""
    found: dict[int, tuple[Point, ...]] = {}
    lanes = list(among)
    by_top = sorted(boxes, key=lambda box: box[1])
    tops = [box[1] for box in by_top]
    highest = max((box[3] for box in boxes), default=0.0)
    for place in sorted(range(len(ends)), key=lambda each: ends[each][1][1] - ends[each][0][1]):
        start, end = ends[place]
        upper, lower = min(start[1], end[1]), max(start[1], end[1])
        first, last = bisect_left(tops, upper - highest), bisect_left(tops, lower)
        between = [
            box for box in by_top[first:last] if box[1] + box[3] > upper + 1 and box[1] < lower - 1
        ]
        found[place] = points = wire_points(start, end, between, lanes)
        lane = lane_of(points)
        if lane is not None:
            lanes.append(lane)
    return [found[place] for place in range(len(ends))]
