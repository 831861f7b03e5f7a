"""Edges that no engine has led: they go around the picture, at its right."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.drawing import Point
from gradviz.render.lanes import with_lane
from gradviz.render.layout import Place, Route, straight
from gradviz.render.scene import Scene

APART = 18.0
"""Pixels between the ways of two producers."""
TURN = 40.0
"""Pixels that a corner takes at most."""


def all_routes(
    scene: Scene, places: Mapping[int, Place], known: Mapping[int, tuple[Point, ...]], width: float
) -> tuple[tuple[Route, ...], float]:
    """A route for every edge, and the width that the picture then has.

    ``known`` are curves by the edge's place in the scene. The other edges leave and enter at the
    right; those of one producer share a way.
    """
    ways: dict[int, float] = {}
    routes = []
    for number, edge in enumerate(scene.edges):
        first, last = places[edge.producer], places[edge.consumer]
        points = known.get(number)
        if points is None:
            way = ways.setdefault(edge.producer, width + APART * (len(ways) + 1))
            points = _around(first, last, way)
        routes.append(with_lane(edge, points, first, last))
    return tuple(routes), max([width, *(way + APART for way in ways.values())])


def _around(first: Place, last: Place, way: float) -> tuple[Point, ...]:
    x0, y0 = first.x + first.card.width, first.y + first.card.height / 2
    x1, y1 = last.x + last.card.width, last.y + last.card.height / 2
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
