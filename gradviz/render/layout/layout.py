"""A scene in place: where every card, frame and edge is drawn."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from gradviz.render.drawing import Anchor, Point
from gradviz.render.layout.docking import Rectangle
from gradviz.render.layout.lanes import lane_of
from gradviz.render.scene.scene import Card, Frame
from gradviz.trace.graph import GraphEdge


class Place(Struct, frozen=True, gc=False):
    """A card and its top left corner."""

    card: Card
    x: float
    y: float

    @property
    def rectangle(self) -> Rectangle:
        """Where the card is."""
        return self.x, self.y, self.card.width, self.card.height


class FramePlace(Struct, frozen=True, gc=False):
    """A frame and its rectangle, and whether it goes on elsewhere from its top and its bottom."""

    frame: Frame
    x: float
    y: float
    width: float
    height: float
    open: tuple[bool, bool] = (False, False)


class Copy(Struct, frozen=True, gc=False):
    """A small card that stands for the card ``original`` once more, at another use of it."""

    original: int
    place: Place


class Label(Struct, frozen=True, gc=False):
    """The room for what is written beside an edge, on which side of it the text stands, and the
    text if that is known from the start.
    """

    x: float
    y: float
    width: float
    height: float
    anchor: Anchor
    text: str = ""


class Route(Struct, frozen=True, dict=True):
    """An edge as cubic Bézier segments, from the producer's border to the consumer's. ``level``
    says of both ends whether that border is an upper or lower one. Edges from a ``copy`` of their
    producer begin at its border; one of them has it. The labels are for the ``value`` that it
    carries and the ``gradient`` that comes back.
    """

    edge: GraphEdge
    points: tuple[Point, ...]
    level: tuple[bool, bool]
    copy: Copy | None = None
    value: Label | None = None
    gradient: Label | None = None

    @cached_property
    def lane(self) -> tuple[Point, ...]:
        """The curve beside it on which its gradient comes back."""
        return lane_of(self.points, self.level)


class Layout(Struct, frozen=True, kw_only=True):
    """Everything in CSS pixels, y growing downwards. Frames stand parents first.

    ``engine`` is who placed it (``graphviz-pure 0.2.2``, ``dot``, ``layered``); ``reason`` says why
    that was not the first choice, and is empty if it was.
    """

    width: float
    height: float
    places: tuple[Place, ...]
    frames: tuple[FramePlace, ...]
    routes: tuple[Route, ...]
    engine: str
    reason: str = ""

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The cards that stand for another once more."""
        return tuple([route.copy for route in self.routes if route.copy is not None])


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """A line as one Bézier segment."""
    (x0, y0), (x1, y1) = start, end
    return (
        start,
        (x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3),
        (x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3),
        end,
    )


def polygon(*corners: Point) -> tuple[Point, ...]:
    """Straight lines around the corners and back to the first, as Bézier segments."""
    points = corners[:1]
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        points += straight(start, end)[1:]
    return points


def moved(layout: Layout, dx: float, dy: float) -> Layout:
    """The same layout, further right and down."""
    return replace(
        layout,
        places=tuple(Place(place.card, place.x + dx, place.y + dy) for place in layout.places),
        frames=tuple(replace(frame, x=frame.x + dx, y=frame.y + dy) for frame in layout.frames),
        routes=tuple(
            Route(
                route.edge,
                tuple([(x + dx, y + dy) for x, y in route.points]),
                route.level,
                _moved_copy(route.copy, dx, dy),
                _moved_label(route.value, dx, dy),
                _moved_label(route.gradient, dx, dy),
            )
            for route in layout.routes
        ),
    )


def _moved_copy(copy: Copy | None, dx: float, dy: float) -> Copy | None:
    if copy is None:
        return None
    place = copy.place
    return Copy(copy.original, Place(place.card, place.x + dx, place.y + dy))


def _moved_label(label: Label | None, dx: float, dy: float) -> Label | None:
    return None if label is None else replace(label, x=label.x + dx, y=label.y + dy)
