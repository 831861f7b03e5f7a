"""Which cards and edges lie where, so that a view need only look at those that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from gradviz.render.drawing import Point
from gradviz.render.layout.layout import Layout

SIDE = 1500.0
"""Pixels of a tile's side; what is longer than two of them is looked at by itself."""

Area: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Tile(Struct):
    """What begins in one square, by its number in the layout, and how far it reaches; an edge
    begins where its arrow's tip is.
    """

    number: int
    cards: list[int]
    routes: list[int]
    frames: list[int]
    cards_reach: Area
    routes_reach: Area
    frames_reach: Area

    @property
    def reach(self) -> Area:
        """How far anything in it reaches."""
        return joined(self.cards_reach, joined(self.routes_reach, self.frames_reach))


class Tiles:
    """A layout cut into squares."""

    def __init__(self, layout: Layout) -> None:
        self._squares: dict[tuple[int, int], Tile] = {}
        self._long_routes: list[tuple[int, Area]] = []
        self._long_frames: list[tuple[int, Area]] = []
        for number, place in enumerate(layout.places):
            area = box_of(place.x, place.y, place.card.width, place.card.height)
            tile = self._at(place.x, place.y)
            tile.cards.append(number)
            tile.cards_reach = joined(tile.cards_reach, area)
        for number, route in enumerate(layout.routes):
            area = around(route.points)
            if _is_long(area):
                self._long_routes.append((number, area))
                continue
            tile = self._at(*route.points[-1])
            tile.routes.append(number)
            tile.routes_reach = joined(tile.routes_reach, area)
        for number, frame in enumerate(layout.frames):
            area = box_of(frame.x, frame.y, frame.width, frame.height)
            if _is_long(area):
                self._long_frames.append((number, area))
                continue
            tile = self._at(frame.x, frame.y)
            tile.frames.append(number)
            tile.frames_reach = joined(tile.frames_reach, area)
        self.all = tuple(self._squares.values())
        self._rows: dict[int, list[Tile]] = {}
        for tile in self.all:
            _, top, _, bottom = tile.reach
            for row in range(int(top // SIDE), int(bottom // SIDE) + 1):
                self._rows.setdefault(row, []).append(tile)

    def with_cards(self, area: Area) -> list[Tile]:
        """The tiles of which a card may lie in the area."""
        return [tile for tile in self._near(area) if touch(tile.cards_reach, area)]

    def with_routes(self, area: Area) -> list[Tile]:
        """The tiles of which an edge may pass the area; see also `long_routes`."""
        return [tile for tile in self._near(area) if touch(tile.routes_reach, area)]

    def with_frames(self, area: Area) -> list[Tile]:
        """The tiles of which a frame may lie in the area; see also `long_frames`."""
        return [tile for tile in self._near(area) if touch(tile.frames_reach, area)]

    def long_routes(self, area: Area) -> list[int]:
        """The long edges that may pass the area."""
        return [number for number, reach in self._long_routes if touch(reach, area)]

    def long_frames(self, area: Area) -> list[int]:
        """The long frames in the area, outer ones first."""
        return [number for number, reach in self._long_frames if touch(reach, area)]

    def _near(self, area: Area) -> Sequence[Tile]:
        """The tiles of which anything lies as high as the area."""
        first, last = int(area[1] // SIDE), int(area[3] // SIDE)
        if last - first >= len(self._rows):
            return self.all
        rows = [self._rows.get(row, ()) for row in range(first, last + 1)]
        return list({tile.number: tile for row in rows for tile in row}.values())

    def _at(self, x: float, y: float) -> Tile:
        square = int(x // SIDE), int(y // SIDE)
        tile = self._squares.get(square)
        if tile is None:
            tile = Tile(len(self._squares), [], [], [], NOWHERE, NOWHERE, NOWHERE)
            self._squares[square] = tile
        return tile


NOWHERE: Area = (float("inf"), float("inf"), float("-inf"), float("-inf"))


def _is_long(area: Area) -> bool:
    return max(area[2] - area[0], area[3] - area[1]) > 2 * SIDE


def box_of(x: float, y: float, width: float, height: float) -> Area:
    """A rectangle as an area."""
    return x, y, x + width, y + height


def around(points: tuple[Point, ...]) -> Area:
    """The smallest area with these points in it."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def joined(one: Area, other: Area) -> Area:
    """The smallest area with both in it."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def touch(one: Area, other: Area) -> bool:
    """Whether two areas have a point in common."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
