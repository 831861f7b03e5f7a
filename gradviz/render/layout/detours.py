"""Edges that no engine has led: they go around the picture, at its right."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.drawing import Point
from gradviz.render.layout.docking import Way, docked
from gradviz.render.layout.layout import Place, Route, straight
from gradviz.render.scene.scene import Scene

APART = 18.0
"""Pixels between the ways of two producers."""
TURN = 40.0
"""Pixels that a corner takes at most."""


def all_routes(
    scene: Scene, places: Mapping[int, Place], known: Mapping[int, Way], width: float
) -> tuple[tuple[Route, ...], float]:
    """A route for every edge, and the width that the picture then has.

    ``known`` are those that an engine led, by the edge's place in the scene. The other edges leave
    and enter at the right; those of one producer share a way, and ways of which one ends above the
    other a column.
    """
    columns, count = _columns(scene, places, known)
    routes = []
    for number, edge in enumerate(scene.edges):
        way = known.get(number)
        if way is None:
            first, last = places[edge.producer], places[edge.consumer]
            points = _around(first, last, width + APART * (columns[edge.producer] + 1))
            way = docked(points, first.rectangle, last.rectangle)
        routes.append(Route(edge, *way))
    return tuple(routes), width + APART * (count + 1) if count else width


def _columns(
    scene: Scene, places: Mapping[int, Place], known: Mapping[int, Way]
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
