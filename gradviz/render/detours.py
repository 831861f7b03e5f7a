"""Edges that no engine has led: they go around the picture, at its right."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.drawing import Point
from gradviz.render.layout import Place, Route, straight
from gradviz.render.scene import Scene

APART = 18.0
"""Pixels between the ways of two producers."""
CORNER = 10.0
"""Pixels beside a card's corner where no edge ends."""
TURN = 40.0
"""Pixels that a corner takes at most."""


def all_routes(
    scene: Scene, places: Mapping[int, Place], known: Mapping[int, tuple[Point, ...]], width: float
) -> tuple[tuple[Route, ...], float]:
    """A route for every edge, and the width that the picture then has.

    ``known`` are curves by the edge's place in the scene. The other edges leave and enter at the
    right; those of one producer share a way, and ways of which one ends above the other a column.
    """
    columns, count = _columns(scene, places, known)
    routes = []
    for number, edge in enumerate(scene.edges):
        first, last = places[edge.producer], places[edge.consumer]
        points = known.get(number)
        if points is None:
            points = _around(first, last, width + APART * (columns[edge.producer] + 1))
        level = (_level(first, points[0]), _level(last, points[-1]))
        start, end = _inwards(first, points[0], level[0]), _inwards(last, points[-1], level[1])
        routes.append(Route(edge, (start, *points[1:-1], end), level))
    return tuple(routes), width + APART * (count + 1) if count else width


def _columns(
    scene: Scene, places: Mapping[int, Place], known: Mapping[int, tuple[Point, ...]]
) -> tuple[dict[int, int], int]:
    """The column of each producer whose edges go around, from the left, and how many there are."""
    reach: dict[int, tuple[float, float]] = {}
    for number, edge in enumerate(scene.edges):
        if number not in known:
            heights = [_middle(places[id]) for id in (edge.producer, edge.consumer)]
            heights += reach.get(edge.producer, ())
            reach[edge.producer] = min(heights), max(heights)
    columns: dict[int, int] = {}
    ends: list[float] = []
    for producer, (top, bottom) in sorted(reach.items(), key=lambda item: item[1]):
        free = (column for column, end in enumerate(ends) if end + APART < top)
        column = next(free, len(ends))
        ends[column : column + 1] = [bottom]
        columns[producer] = column
    return columns, len(ends)


def _middle(place: Place) -> float:
    return place.y + place.card.height / 2


def _level(place: Place, point: Point) -> bool:
    """Whether a point on the border of a card is nearer to the upper or lower one."""
    x, y = point[0] - place.x, point[1] - place.y
    across = min(abs(x), abs(x - place.card.width))
    return min(abs(y), abs(y - place.card.height)) <= across


def _inwards(place: Place, point: Point, level: bool) -> Point:
    """The point on the card's border, away from its corners, which are round."""
    x, y = point
    right, bottom = place.x + place.card.width, place.y + place.card.height
    if level:
        return (min(max(x, place.x + CORNER), right - CORNER), y)
    return (x, min(max(y, place.y + CORNER), bottom - CORNER))


def _around(first: Place, last: Place, way: float) -> tuple[Point, ...]:
    x0, y0 = first.x + first.card.width, _middle(first)
    x1, y1 = last.x + last.card.width, _middle(last)
    turn = min(TURN, abs(y1 - y0) / 4) * (1 if y1 > y0 else -1)
    down, up = (way, y0 + turn), (way, y1 - turn)
    return (
        (x0, y0),
        ((x0 + way) / 2, y0),
        (way, y0),
        down,
        *straight(down, up)[1:],
        (way, y1),
        ((x1 + way) / 2, y1),
        (x1, y1),
    )
