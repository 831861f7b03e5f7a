"""Where it is written beside an edge what it carries: the value's shape, and the gradient's norm.

A card says both of what it makes; so only an edge is labelled that says more: one of several from
its producer, whose gradients are added up there, and one that comes from far. A label stands where
nothing else is, right of or above its edge for the value, left or below for the gradient if there
is room; without any place there is none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from gradviz.render import fonts
from gradviz.render.draw.frames import TAB_HEIGHT, TAB_PADDING
from gradviz.render.draw.ghostcards import CHIP, CHIP_HEIGHT, chip_width
from gradviz.render.drawing import Anchor, Point
from gradviz.render.layout.layout import FramePlace, Label, Layout, Place, Route
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import TEXT_SIZE, Scene, shape_text

MOST = 200
"""In a picture with more edges nobody can read what stands beside them."""
LONG = 260.0
"""Pixels of an edge whose producer's card may be out of sight."""
HEIGHT = 16.0
AWAY = 5.0
"""Pixels between an edge and what is written beside it."""
LINE = 3.0
"""Pixels at both sides of a frame's border that a text leaves free."""
LANE = 14.0
"""Pixels from an edge to beyond its gradient's lane."""
AROUND = (3.0, 13.0, 7.0, 9.0)
"""Pixels at the left, top, right and bottom of a card that its marks may take."""
BESIDE = 120.0
"""Pixels by which labels may make a picture wider."""
SAMPLES = 8
"""Points of each segment of a curve that are looked at."""
CELL = 160.0
GRADIENT_ROOM = "‖g‖ 8.888e-88"

Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_NOBODY = -1
"""In the place of an edge's number: what is not an edge's."""


def labelled(layout: Layout, scene: Scene) -> Layout:
    """The layout with labels beside its edges."""
    wanted = list(_wanted(layout, scene)) if len(layout.routes) <= MOST else []
    chips = list(_chips(layout))
    if not wanted and not chips:
        return layout
    taken = _Taken(layout, None if wanted else [layout.routes[number] for number, _ in chips])
    room = fonts.width(GRADIENT_ROOM, family="mono", size=TEXT_SIZE)
    routes = list(layout.routes)
    for number, word in chips:
        chip = taken.chip(number, _spots(routes[number].points), chip_width(word))
        routes[number] = replace(routes[number], value=chip)
    for number, text, both in wanted:
        spots = _spots(routes[number].points)
        width = fonts.width(text, family="mono", size=TEXT_SIZE)
        value = taken.place(spots, width, text, gradient=False) if text else None
        gradient = taken.place(spots, room, "", gradient=True) if both else None
        routes[number] = replace(routes[number], value=value, gradient=gradient)
    labels = (label for route in routes for label in (route.value, route.gradient) if label)
    width = max([layout.width, *(label.x + label.width for label in labels)])
    return replace(layout, routes=tuple(routes), width=width)


def _wanted(layout: Layout, scene: Scene) -> Iterator[tuple[int, str, bool]]:
    """The edges to label, by their places: the text for the value, and whether for the gradient."""
    edges = [route.edge for route in layout.routes if not isinstance(route.edge, Stub)]
    uses = Counter(edge.producer for edge in edges)
    outputs = {edge.producer for edge in edges if edge.output}
    seen: set[tuple[Point, ...]] = set()
    for number, route in enumerate(layout.routes):
        edge = route.edge
        if isinstance(edge, Stub) or route.points in seen:
            continue
        seen.add(route.points)
        far = sum(math.dist(a, b) for a, b in pairwise(route.points[::3])) > LONG
        told = (far or edge.producer in outputs) and route.copy is None
        text = _shape(scene, route) if told else ""
        if text or far or uses[edge.producer] > 1:
            yield number, text, far or uses[edge.producer] > 1


def _chips(layout: Layout) -> Iterator[tuple[int, str]]:
    """The edges, by their places, that were cut on the way between two cards; and by what."""
    for number, route in enumerate(layout.routes):
        edge = route.edge
        if isinstance(edge, Stub) and edge.word and not edge.ghost:
            yield number, edge.word


def _shape(scene: Scene, route: Route) -> str:
    node = scene.folded.graph.by_id.get(route.edge.producer)
    return "" if node is None or node.variable is not None else shape_text(node.shape)


class _Taken:
    """What is on the picture already: cards, tabs and tags, edges with their lanes, labels; as far
    down as some edges reach, if those are all that counts.
    """

    def __init__(self, layout: Layout, about: Sequence[Route] | None = None) -> None:
        heights = [y for route in about or () for _, y in route.points] or [0.0, layout.height]
        top, bottom = min(heights), max(heights)
        self._areas: dict[tuple[int, int], list[tuple[Area, int]]] = {}
        for place in (*layout.places, *(copy.place for copy in layout.copies)):
            if place.y < bottom and place.y + place.card.height > top:
                self._add(_of_card(place))
        for frame in layout.frames:
            if frame.y < bottom and frame.y + frame.height > top:
                self._add_frame(frame)
        for number, route in enumerate(layout.routes):
            ends = (route.points[0][1], route.points[-1][1])
            if min(ends) > bottom or max(ends) < top:
                continue
            for curve in (route.points, route.lane):
                points = [point for point, _ in _spots(curve)]
                for (x0, y0), (x1, y1) in pairwise(points):
                    area = (min(x0, x1) - 2, min(y0, y1) - 2, max(x0, x1) + 2, max(y0, y1) + 2)
                    self._add(area, number)
        self._size = (layout.width, layout.height)

    def _add_frame(self, frame: FramePlace) -> None:
        """Its tab and its borders."""
        right, bottom = frame.x + frame.width, frame.y + frame.height
        tab = min(frame.frame.width + 2 * TAB_PADDING, frame.width)
        self._add((frame.x, frame.y, frame.x + tab, frame.y + TAB_HEIGHT))
        for x in (frame.x, right):
            self._add((x - LINE, frame.y, x + LINE, bottom))
        for y in (frame.y, bottom):
            self._add((frame.x, y - LINE, right, y + LINE))

    def place(
        self,
        spots: list[tuple[Point, Point]],
        width: float,
        text: str,
        *,
        gradient: bool,
    ) -> Label | None:
        """Beside the edge, as near to its middle as can be. A gradient goes to the side of its
        lane, or if there is no place to the other.
        """
        middle = len(spots) // 2
        order = sorted(range(1, len(spots) - 1), key=lambda place: abs(place - middle))
        for lane in (True, False) if gradient else (False,):
            for spot in order:
                area, anchor = _beside(*spots[spot], width, lane=lane)
                if self._is_free(area):
                    self._add(area)
                    return Label(area[0], area[1], width, HEIGHT, anchor, text)
        return None

    def chip(self, number: int, spots: Sequence[tuple[Point, Point]], width: float) -> Label | None:
        """On its edge: the scissors, with the word beside it."""
        middle = len(spots) // 2
        for spot in sorted(range(1, len(spots) - 1), key=lambda place: abs(place - middle)):
            (x, y), _ = spots[spot]
            for left in (x - CHIP / 2, x + CHIP / 2 - width, x - width / 2):
                area = (left, y - CHIP_HEIGHT / 2, left + width, y + CHIP_HEIGHT / 2)
                if self._is_free(area, number):
                    self._add(area)
                    return Label(left, area[1], width, CHIP_HEIGHT, "middle")
        return None

    def _is_free(self, area: Area, own: int = _NOBODY) -> bool:
        left, top, right, bottom = area
        if left < 0 or top < 0 or right > self._size[0] + BESIDE or bottom > self._size[1]:
            return False
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for cell in _cells(area)
            for other, owner in self._areas.get(cell, ())
            if owner == _NOBODY or owner != own
        )

    def _add(self, area: Area, owner: int = _NOBODY) -> None:
        for cell in _cells(area):
            self._areas.setdefault(cell, []).append((area, owner))


def _beside(point: Point, direction: Point, width: float, *, lane: bool) -> tuple[Area, Anchor]:
    """A text's room beside a point of an edge, on the side of its gradient's lane or the other."""
    (x, y), (dx, dy) = point, direction
    away = LANE + AWAY if lane else AWAY
    if abs(dy) >= abs(dx):
        right = lane == (dy < 0)
        left = x + away if right else x - away - width
        return (left, y - HEIGHT / 2, left + width, y + HEIGHT / 2), "start" if right else "end"
    below = lane == (dx > 0)
    top = y + away if below else y - away - HEIGHT
    return (x - width / 2, top, x + width / 2, top + HEIGHT), "middle"


def _cells(area: Area) -> Iterable[tuple[int, int]]:
    left, top, right, bottom = (int(side // CELL) for side in area)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _of_card(place: Place) -> Area:
    left, top, right, bottom = AROUND
    card = place.card
    return (
        place.x - left,
        place.y - top,
        place.x + card.width + right,
        place.y + card.height + bottom,
    )


def _spots(points: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    """Points along a curve, and where it leads there."""
    found = []
    for start in range(0, len(points) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[start : start + 4]
        for a, b, c, d, da, db, dc, dd in _WEIGHTS[: None if start + 4 >= len(points) else -1]:
            found.append(
                (
                    (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy),
                    (da * ax + db * bx + dc * cx + dd * dx, da * ay + db * by + dc * cy + dd * dy),
                )
            )
    return found


def _weights(t: float) -> tuple[float, ...]:
    """What each of a segment's four points counts at ``t``, for the place and for the direction."""
    u = 1 - t
    return (
        u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t,
        -u * u, u * (u - 2 * t), t * (2 * u - t), t * t,
    )  # fmt: skip


_WEIGHTS = [_weights(step / SAMPLES) for step in range(SAMPLES + 1)]
