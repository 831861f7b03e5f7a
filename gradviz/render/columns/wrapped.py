"""A tall layout in several columns, read from the left one's foot on at the head of the next.

Edges that go on lead up between the columns, and a frame that goes on is open there and says its
path once more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from gradviz.render import fonts
from gradviz.render.columns.cutting import Piece, pieces
from gradviz.render.columns.rails import APART, rail, strip
from gradviz.render.draw.frames import TAB_HEIGHT
from gradviz.render.drawing import Point
from gradviz.render.layout.layout import Copy, FramePlace, Label, Layout, Place, Route
from gradviz.render.scene.scene import TEXT_SIZE, one_line

GAP = 26.0
"""Pixels between a column and the rails beside it."""
SIDE = 12.0
"""Pixels from what is in an open frame to its sides, for each frame."""
TAB = TAB_HEIGHT + 3.0
"""Pixels for the tab of a frame that goes on."""


def wrapped(layout: Layout, heights: Sequence[float]) -> Layout:
    """The layout with a new column from each of the heights on, which are in order."""
    return _Wrapping(layout, heights).layout()


class _Column(Struct, frozen=True):
    """From ``top`` to ``bottom`` of the layout, and the extent of what is in it; the frames, from
    the outermost, that come in from above, and how far all is moved.
    """

    top: float
    bottom: float
    left: float
    right: float
    open: tuple[FramePlace, ...]
    dx: float
    dy: float


class _Wrapping:
    def __init__(self, layout: Layout, cuts: Sequence[float]) -> None:
        self.source = layout
        self.cuts = cuts
        self.parts = [pieces(route.points, cuts) for route in layout.routes]
        self.crossings = [self._crossing(number) for number in range(len(cuts))]
        self.head = max(strip(len(xs)) for xs in self.crossings)
        self.columns = self._columns()

    def _crossing(self, number: int) -> list[float]:
        """Where edges go on from a column to the next, from the left; those of one way once."""
        xs = set()
        for parts in self.parts:
            for one, following in pairwise(parts):
                if min(one.column, following.column) == number:
                    xs.add(round(one.points[-1][0]))
        return sorted(xs)

    def _columns(self) -> list[_Column]:
        ends = [-math.inf, *self.cuts, math.inf]
        found: list[_Column] = []
        x = 0.0
        for number, (top, bottom) in enumerate(pairwise(ends)):
            frames = [frame for frame in self.source.frames if _meets(frame, top, bottom)]
            going = [frame for frame in frames if frame.y < top or _end(frame) > bottom]
            left, right = self._extent(number, top, bottom, [f for f in frames if f not in going])
            if going:
                room = SIDE * len(going)
                left = min(left, max(left - room, min(frame.x for frame in going)))
                right = max(right, min(right + room, max(frame.x + frame.width for frame in going)))
            opened = tuple(frame for frame in going if frame.y < top)
            above = self.head + (TAB if opened else 0.0) - top if number else 0.0
            found.append(_Column(top, bottom, left, right, opened, x - left, above))
            rails = len(self.crossings[number]) if number < len(self.crossings) else 0
            x += right - left + 2 * GAP + APART * max(rails - 1, 0)
        return found

    def _extent(
        self, number: int, top: float, bottom: float, frames: Sequence[FramePlace]
    ) -> tuple[float, float]:
        sides: list[tuple[float, float]] = [(frame.x, frame.x + frame.width) for frame in frames]
        places = (*self.source.places, *(copy.place for copy in self.source.copies))
        sides += [
            (place.x, place.x + place.card.width) for place in places if top <= place.y < bottom
        ]
        for route, parts in zip(self.source.routes, self.parts, strict=True):
            xs = [x for part in parts if part.column == number for x, _ in part.points]
            sides += [(min(xs) - APART / 2, max(xs) + APART / 2)] if xs else []
            sides += [
                (label.x, label.x + label.width)
                for label in (route.value, route.gradient)
                if label and top <= label.y < bottom
            ]
        return min(left for left, _ in sides), max(right for _, right in sides)

    def layout(self) -> Layout:
        """Everything where it is in the columns."""
        source = self.source
        last = self.columns[-1]
        feet = [column.bottom + column.dy + self.head for column in self.columns[:-1]]
        height = max(*feet, source.height + last.dy)
        return replace(
            source,
            width=last.right + last.dx,
            height=height,
            places=tuple(self._place(place) for place in source.places),
            frames=tuple(self._frames()),
            routes=tuple(
                self._route(route, parts)
                for route, parts in zip(source.routes, self.parts, strict=True)
            ),
        )

    def _shift(self, y: float) -> tuple[float, float]:
        column = next((one for one in self.columns if y < one.bottom), self.columns[-1])
        return column.dx, column.dy

    def _place(self, place: Place) -> Place:
        dx, dy = self._shift(place.y)
        return Place(place.card, place.x + dx, place.y + dy)

    def _label(self, label: Label | None) -> Label | None:
        if label is None:
            return None
        dx, dy = self._shift(label.y)
        return replace(label, x=label.x + dx, y=label.y + dy)

    def _route(self, route: Route, parts: Sequence[Piece]) -> Route:
        points: list[Point] = []
        before: Piece | None = None
        for part in parts:
            column = self.columns[part.column]
            here = [(x + column.dx, y + column.dy) for x, y in part.points]
            if before is not None:
                points += self._rail(before, part, points[-1], here[0])[1:]
            points += here[1:] if points else here
            before = part
        copy = route.copy
        return Route(
            route.edge,
            tuple(points),
            route.level,
            None if copy is None else Copy(copy.original, self._place(copy.place)),
            self._label(route.value),
            self._label(route.gradient),
        )

    def _rail(self, one: Piece, following: Piece, start: Point, end: Point) -> tuple[Point, ...]:
        number = min(one.column, following.column)
        xs = self.crossings[number]
        column = self.columns[number]
        back = following.column < one.column
        points = rail(
            *((end, start) if back else (start, end)),
            number=xs.index(round(one.points[-1][0])),
            count=len(xs),
            gutter=column.right + column.dx + GAP,
        )
        return points[::-1] if back else points

    def _frames(self) -> list[FramePlace]:
        found = []
        for column in self.columns:
            going = [
                frame
                for frame in self.source.frames
                if _meets(frame, column.top, column.bottom)
                and (frame.y < column.top or _end(frame) > column.bottom)
            ]
            for frame in self.source.frames:
                if _meets(frame, column.top, column.bottom):
                    deep = going.index(frame) if frame in going else len(going)
                    found.append(_part(frame, column, deep))
        return found


def _part(frame: FramePlace, column: _Column, deep: int) -> FramePlace:
    """The part of a frame that lies in a column; the innermost that comes in says where one is."""
    above, below = frame.y < column.top, _end(frame) > column.bottom
    if not (above or below):
        return replace(frame, x=frame.x + column.dx, y=frame.y + column.dy)
    left = max(frame.x, column.left + SIDE * deep)
    right = min(frame.x + frame.width, column.right - SIDE * deep)
    top = -column.dy if above else frame.y
    bottom = column.bottom if below else _end(frame)
    shown = frame.frame
    if above:
        inner = frame is column.open[-1]
        title = fonts.elided(
            f"… {one_line(frame.frame.path)}",
            right - left - 24,
            size=TEXT_SIZE,
            bold=True,
        )
        width = fonts.width(title, size=TEXT_SIZE, bold=True)
        shown = replace(shown, title=title if inner else "", width=width if inner else 0.0)
    return FramePlace(
        shown, left + column.dx, top + column.dy, right - left, bottom - top, (above, below)
    )


def _meets(frame: FramePlace, top: float, bottom: float) -> bool:
    return frame.y < bottom and _end(frame) > top


def _end(frame: FramePlace) -> float:
    return frame.y + frame.height
