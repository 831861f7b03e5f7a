"""What is in a folded box as a scene of its own: a frame, and small ports beyond it that stand for
what lies outside.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from gradviz.render.drawing import Point
from gradviz.render.folds.fold import Folded
from gradviz.render.layout.layout import FramePlace, Layout
from gradviz.render.levels.framed import BOTTOM, SIDE, TOP
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import TEXT_SIZE, Card, Frame, Scene
from gradviz.trace.graph import GraphEdge

INSIDE = "inside"
"""The path of the frame around what is in a box."""


class CutEdge(GraphEdge, frozen=True, gc=False):
    """An edge that the graph does not have, between two nodes of it; of a ghost the producer is no
    node. ``slot`` is a negative number that no other has.
    """

    stub: Stub = Stub(-1, -1, 0)


def passing(edge: GraphEdge) -> int:
    """What passes over borders with an edge: its producer's tensor, or what the cut one would be.
    Edges with the same share their way.
    """
    return edge.slot if isinstance(edge, CutEdge) else edge.producer


class _Ports(Struct):
    """Ports by side and by what passes there, and the edges from and to them."""

    lowest: int
    cards: dict[tuple[str, int], Card]
    behind: dict[tuple[int, int], list[GraphEdge]]

    def port(self, side: str, edge: GraphEdge) -> int:
        number = self.lowest - len(self.cards) - 1
        return self.cards.setdefault((side, passing(edge)), _port(number)).id

    def on(self, side: str) -> Iterable[Card]:
        return (card for (at, _), card in self.cards.items() if at == side)


def framed(
    scene: Scene, frame: Frame, coming: Iterable[GraphEdge], going: Iterable[GraphEdge]
) -> Scene:
    """The scene in a frame, with a small card above it for each node that something comes from, and
    one below for each that something goes out from.
    """
    box = {id: members[-1] for members in scene.folded.boxes() for id in members}
    ports = _Ports(min([0, *(card.id for card in scene.cards)]), {}, {})
    for edge in coming:
        ends = (ports.port("in", edge), box[edge.consumer])
        ports.behind.setdefault(ends, []).append(edge)
    for edge in going:
        ends = (box[edge.producer], ports.port("out", edge))
        ports.behind.setdefault(ends, []).append(edge)
    folded = scene.folded
    more = tuple(GraphEdge(producer, consumer, 0) for producer, consumer in ports.behind)
    return replace(
        scene,
        cards=(
            *ports.on("in"),
            *(replace(card, module=INSIDE) for card in scene.cards),
            *ports.on("out"),
        ),
        frames=(replace(frame, path=INSIDE, parent=""),),
        folded=Folded(
            folded.graph,
            folded.groups,
            (*folded.edges, *more),
            (*folded.carried, *map(tuple, ports.behind.values())),
            folded.calls,
        ),
    )


def border(layout: Layout) -> FramePlace:
    """The rectangle of what is in the box: its frame, and what goes around the cards in it; a
    layout of our own has no frame, so there it is what the cards need.
    """
    inner = {place.card.id for place in layout.places if place.card.module}
    ways = [
        point
        for route in layout.routes
        if {route.edge.producer, route.edge.consumer} <= inner
        for point in route.points
    ]
    if layout.frames:
        place = layout.frames[0]
        right = max([place.x + place.width, *(x + SIDE for x, _ in ways)])
        return replace(place, width=right - place.x)
    places = [place for place in layout.places if place.card.id in inner]
    left, top = min(place.x for place in places), min(place.y for place in places)
    right = max([*(place.x + place.card.width for place in places), *(x for x, _ in ways)])
    bottom = max(place.y + place.card.height for place in places)
    frame = Frame(path=INSIDE, parent="", title="", width=0)
    return FramePlace(
        frame, left - SIDE, top - TOP, right - left + 2 * SIDE, bottom - top + TOP + BOTTOM
    )


def is_level(point: Point, box: FramePlace) -> bool:
    """Whether a point on the border of an inset is on the upper or lower one."""
    x, y = point
    return min(abs(y), abs(y - box.height)) <= min(abs(x), abs(x - box.width))


def _port(id: int) -> Card:
    return Card(
        id=id,
        kind="function",
        title="",
        subtitle="",
        shape="",
        name="",
        module="",
        helper=False,
        width=2 * TEXT_SIZE,
        height=TEXT_SIZE,
    )
