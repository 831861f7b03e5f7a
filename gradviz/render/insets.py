"""What is in each folded box, laid out by itself: what a page shows in its place once it is opened.

Every module call is laid out once, with the calls in it closed. A picture in which any of them are
open is put together from these insets, so all foldings of a graph take no more room than its calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradviz.render.arrange import arrange
from gradviz.render.calls import Call
from gradviz.render.clip import leaving
from gradviz.render.drawing import Point
from gradviz.render.fold import Folded, Group, folded_into, runs_of
from gradviz.render.framed import BOTTOM, SIDE, TOP
from gradviz.render.layout import FramePlace, Layout, Route
from gradviz.render.scene import (
    TEXT_SIZE,
    Card,
    Frame,
    Scene,
    frame_of,
    group_card,
    group_title,
    scene_of_folded,
)
from gradviz.trace.graph import Graph, GraphEdge

MOST = 4000
"""Cards in all insets of a graph; boxes whose insides would be more stay closed."""
OUTSIDE = -1
"""Instead of a spot: the wire leads over the inset's border."""
_INSIDE = "inside"


class Thing(Struct):
    """A card that may be seen: of a node, or of module calls (``paths``) that are closed. ``inset``
    is the number of what is in it, None if that cannot be shown.
    """

    card: Card
    members: tuple[int, ...]
    paths: tuple[str, ...] = ()
    inset: int | None = None


class Spot(Struct, frozen=True):
    """Where a thing stands in an inset, and the number of the innermost frame around it."""

    thing: int
    x: float
    y: float
    frame: int | None = None


class Fold(Struct, frozen=True):
    """A frame that is open from the start, as a place in an inset, with the number of the frame
    around it. ``thing`` stands there once it is closed; None if it always stays open.
    """

    place: FramePlace
    thing: int | None
    parent: int | None


class Wire(Struct, frozen=True):
    """An edge between two spots of an inset, or `OUTSIDE`, and the graph's own edges behind it."""

    source: int
    target: int
    edges: tuple[GraphEdge, ...]
    points: tuple[Point, ...]
    level: tuple[bool, bool]


class Inset(Struct, frozen=True, kw_only=True):
    """A level of the graph: the outermost has no ``frame`` of its own but may have ``folds``."""

    width: float
    height: float
    frame: Frame | None
    spots: tuple[Spot, ...]
    folds: tuple[Fold, ...]
    wires: tuple[Wire, ...]


class Insets:
    """All things of a graph and the insets in which they stand; the first is the whole picture as
    ``scene`` and ``layout`` have it.
    """

    def __init__(self, scene: Scene, layout: Layout) -> None:
        self.graph = scene.folded.graph
        self._calls = scene.folded.calls
        self.things: list[Thing] = []
        self.insets: list[Inset] = []
        self._live = scene.live
        self._incoming: dict[int, list[GraphEdge]] = {}
        for edge in self.graph.edges:
            self._incoming.setdefault(edge.consumer, []).append(edge)
        self.insets.append(self._outermost(scene, layout))
        most = len(self.things) + MOST
        for thing in self.things:  # which grows on the way
            if len(self.things) >= most:
                break
            if not thing.paths or thing.inset is not None:
                continue
            scene, frame = self._contents(thing)
            if len(self.things) + len(scene.cards) <= most:
                thing.inset = len(self.insets)
                self.insets.append(self._inside(thing, scene, frame))

    def _outermost(self, scene: Scene, layout: Layout) -> Inset:
        frames = {frame.frame.path: number for number, frame in enumerate(layout.frames)}
        spots = self._spots(scene, layout, (0.0, 0.0), frames)
        folds = []
        for place in layout.frames:
            path, thing = place.frame.path, None
            if path not in self._calls.always:
                group = _group([self._calls.by_path[path]])
                thing = self._add(group_card(self.graph, group, self._live), group)
                self.things[thing].inset = 0
            folds.append(Fold(place, thing, frames.get(place.frame.parent)))
        return Inset(
            width=layout.width,
            height=layout.height,
            frame=None,
            spots=spots,
            folds=tuple(folds),
            wires=tuple(self._wires(scene, layout.routes, spots)),
        )

    def _contents(self, thing: Thing) -> tuple[Scene, Frame]:
        """The calls of a closed box, if there are several; else what is directly in it."""
        members, path = frozenset(thing.members), thing.paths[0]
        part = Graph(
            tuple(self.graph.by_id[id] for id in thing.members),
            tuple(edge for edge in self._leaving(thing) if edge.consumer in members),
            self.graph.root,
        )
        calls = [self._calls.by_path[each] for each in thing.paths]
        if len(calls) == 1:
            groups = tuple(_group(run) for run in runs_of(calls[0], ()))
            frame = frame_of(path, "")
        else:
            groups = tuple(_group([call]) for call in calls)
            frame = frame_of(group_title(thing.paths), "")
        scene = scene_of_folded(folded_into(part, groups, self._calls), live=self._live)
        return scene, replace(frame, path=_INSIDE)

    def _leaving(self, thing: Thing) -> Iterator[GraphEdge]:
        return (edge for id in thing.members for edge in self.graph.consumers.get(id, ()))

    def _inside(self, thing: Thing, scene: Scene, frame: Frame) -> Inset:
        members = frozenset(thing.members)
        edges = (edge for id in thing.members for edge in self._incoming.get(id, ()))
        coming = [edge for edge in edges if edge.producer not in members]
        going = [edge for edge in self._leaving(thing) if edge.consumer not in members]
        whole = _with_ports(scene, frame, coming, going)
        layout = arrange(whole, whole=0, tags=False)
        box = _border(layout)
        spots = self._spots(scene, layout, (box.x, box.y), {})
        return Inset(
            width=box.width,
            height=box.height,
            frame=frame,
            spots=spots,
            folds=(),
            wires=tuple(self._wires(whole, layout.routes, spots, box)),
        )

    def _spots(
        self, scene: Scene, layout: Layout, corner: Point, frames: dict[str, int]
    ) -> tuple[Spot, ...]:
        groups = {group.id: group for group in scene.folded.groups}
        places = {place.card.id: place for place in layout.places}
        return tuple(
            Spot(
                self._add(card, groups.get(card.id)),
                places[card.id].x - corner[0],
                places[card.id].y - corner[1],
                frames.get(card.module),
            )
            for card in scene.cards
        )

    def _add(self, card: Card, group: Group | None) -> int:
        paths = group.paths if group else ()
        self.things.append(Thing(card, group.members if group else (card.id,), paths))
        return len(self.things) - 1

    def _wires(
        self,
        scene: Scene,
        routes: Sequence[Route],
        spots: Sequence[Spot],
        box: FramePlace | None = None,
    ) -> Iterator[Wire]:
        at = {self.things[spot.thing].card.id: place for place, spot in enumerate(spots)}
        for route, behind in zip(routes, scene.folded.carried, strict=True):
            source = at.get(route.edge.producer, OUTSIDE)
            target = at.get(route.edge.consumer, OUTSIDE)
            points, level = route.points, route.level
            if box is not None:
                if source == OUTSIDE:
                    points = leaving(points[::-1], box)[::-1]
                if target == OUTSIDE:
                    points = leaving(points, box)
                points = tuple((x - box.x, y - box.y) for x, y in points)
                level = (
                    level[0] if source != OUTSIDE else _is_level(points[0], box),
                    level[1] if target != OUTSIDE else _is_level(points[-1], box),
                )
            yield Wire(source, target, behind, points, level)


def _with_ports(
    scene: Scene, frame: Frame, coming: Iterable[GraphEdge], going: Iterable[GraphEdge]
) -> Scene:
    """The scene in a frame, with a small card above it for each node that something comes from, and
    one below for each that something goes out from.
    """
    box = {id: members[-1] for members in scene.folded.boxes() for id in members}
    ports: dict[tuple[str, int], Card] = {}
    behind: dict[tuple[int, int], list[GraphEdge]] = {}

    def port(side: str, producer: int) -> int:
        number = -1 - len(ports)
        return ports.setdefault((side, producer), _port(number)).id

    for edge in coming:
        ends = (port("in", edge.producer), box[edge.consumer])
        behind.setdefault(ends, []).append(edge)
    for edge in going:
        ends = (box[edge.producer], port("out", edge.producer))
        behind.setdefault(ends, []).append(edge)
    folded = scene.folded
    more = tuple(GraphEdge(producer, consumer, 0) for producer, consumer in behind)
    return Scene(
        cards=(
            *(card for (side, _), card in ports.items() if side == "in"),
            *(replace(card, module=_INSIDE) for card in scene.cards),
            *(card for (side, _), card in ports.items() if side == "out"),
        ),
        frames=(frame,),
        folded=Folded(
            folded.graph,
            folded.groups,
            (*folded.edges, *more),
            (*folded.carried, *map(tuple, behind.values())),
            folded.calls,
        ),
        live=scene.live,
    )


def _group(calls: Sequence[Call]) -> Group:
    members = sorted(id for call in calls for id in call.members)
    return Group(tuple(call.path for call in calls), tuple(members))


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


def _border(layout: Layout) -> FramePlace:
    """The rectangle of the inset: its frame, and what goes around the cards in it; a layout of our
    own has no frame, so there it is what the cards need.
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
    frame = Frame(path=_INSIDE, parent="", title="", width=0)
    return FramePlace(
        frame, left - SIDE, top - TOP, right - left + 2 * SIDE, bottom - top + TOP + BOTTOM
    )


def _is_level(point: Point, box: FramePlace) -> bool:
    """Whether a point on the border of an inset is on the upper or lower one."""
    x, y = point
    return min(abs(y), abs(y - box.height)) <= min(abs(x), abs(x - box.width))
