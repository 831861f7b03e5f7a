"""What is in each folded box, laid out by itself: what a page shows in its place once it is opened.

Every module call is laid out once, with the calls in it closed. A picture in which any of them are
open is put together from these insets, so all foldings of a graph take no more room than its calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradviz.render.arrange.arrange import arrange, prepare
from gradviz.render.arrange.inside import CutEdge, border, framed, is_level
from gradviz.render.arrange.sorts import Sort
from gradviz.render.draw.clip import leaving
from gradviz.render.drawing import Point
from gradviz.render.folds.calls import Call
from gradviz.render.folds.fold import Group, folded_into, runs_of
from gradviz.render.layout.layout import FramePlace, Label, Layout, Route
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import Card, Frame, Scene
from gradviz.trace.graph import GraphEdge

MOST = 4000
"""Cards in all insets of a graph; boxes whose insides would be more stay closed."""
OUTSIDE = -1
"""Instead of a spot: the wire leads over the inset's border."""


class Thing(Struct):
    """A card that may be seen: of a node, of module calls (``paths``) that are closed, or of what
    is no node and has no ``members``. ``inset`` is the number of what is in it, None if that cannot
    be shown. One that stands for another thing once more is ``like`` that.
    """

    card: Card
    members: tuple[int, ...]
    paths: tuple[str, ...] = ()
    inset: int | None = None
    like: int | None = None


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
    """An edge between two spots of an inset, or `OUTSIDE`, and the graph's own edges behind it, or
    those that it does not have. ``labels`` are for the value and the gradient.
    """

    source: int
    target: int
    edges: tuple[GraphEdge, ...]
    points: tuple[Point, ...]
    level: tuple[bool, bool]
    labels: tuple[Label | None, Label | None] = (None, None)


class Inset(Struct, frozen=True, kw_only=True):
    """A level of the graph: the outermost has no ``frame`` of its own but may have ``folds``."""

    width: float
    height: float
    frame: Frame | None
    spots: tuple[Spot, ...]
    folds: tuple[Fold, ...]
    wires: tuple[Wire, ...]


class _Part(Struct, frozen=True):
    """A scene on its way to be an inset: what is in a ``thing``, or the outermost. ``shown`` are
    the things of its cards, ``cut`` the edges behind each of its stubs.
    """

    thing: Thing | None
    scene: Scene
    frame: Frame | None
    shown: dict[int, int]
    cut: list[tuple[CutEdge, ...]]


class Insets:
    """All things of a graph and the insets in which they stand; the first is the whole picture as
    ``scene`` and ``layout`` have it.
    """

    def __init__(self, scene: Scene, layout: Layout, sort: Sort) -> None:
        self.graph = scene.folded.graph
        self._calls = scene.folded.calls
        self._sort = sort
        self.things: list[Thing] = []
        self._cut: list[CutEdge] = []
        self._incoming: dict[int, list[GraphEdge]] = {}
        for edge in self.graph.edges:
            self._incoming.setdefault(edge.consumer, []).append(edge)
        outermost = self._part(None, scene, None)
        folds = tuple(self._folds(layout))
        parts = list(self._parts())
        prepare(part.scene for part in parts)
        insets = [self._inset(part, arrange(part.scene, whole=0)) for part in parts]
        self.insets = [self._inset(outermost, layout, folds), *insets]

    def _parts(self) -> Iterator[_Part]:
        """What is in each box."""
        most, number = len(self.things) + MOST, 0
        for thing in self.things:  # which grow on the way
            if len(self.things) >= most:
                break
            if thing.inset is not None or not self._sort.opens(thing.paths):
                continue
            scene = self._contents(thing)
            if len(self.things) + len(scene.cards) <= most:
                number += 1
                thing.inset = number
                yield self._inside(thing, scene)

    def _folds(self, layout: Layout) -> Iterator[Fold]:
        frames = {frame.frame.path: number for number, frame in enumerate(layout.frames)}
        for place in layout.frames:
            path, thing = place.frame.path, None
            if path not in self._calls.always:
                group = _group([self._calls.by_path[path]])
                thing = self._add(self._sort.card(group), group)
                self.things[thing].inset = 0
            yield Fold(place, thing, frames.get(place.frame.parent))

    def _contents(self, thing: Thing) -> Scene:
        """The calls of a closed box, if there are several; else what is directly in it."""
        members = frozenset(thing.members)
        part = self._sort.part(
            tuple(self.graph.by_id[id] for id in thing.members),
            tuple(edge for edge in self._leaving(thing) if edge.consumer in members),
        )
        calls = [self._calls.by_path[each] for each in thing.paths]
        runs = ([call] for call in calls) if len(calls) > 1 else runs_of(calls[0], ())
        groups = tuple(_group(run) for run in runs)
        return self._sort.scene(folded_into(part, groups, self._calls))

    def _leaving(self, thing: Thing) -> Iterator[GraphEdge]:
        return (edge for id in thing.members for edge in self.graph.consumers.get(id, ()))

    def _inside(self, thing: Thing, scene: Scene) -> _Part:
        members = frozenset(thing.members)
        edges = (edge for id in thing.members for edge in self._incoming.get(id, ()))
        coming = [edge for edge in edges if edge.producer not in members]
        going = [edge for edge in self._leaving(thing) if edge.consumer not in members]
        for cut in self._cut:
            if (cut.consumer in members) != (cut.producer in members):
                (coming if cut.consumer in members else going).append(cut)
        frame = self._sort.frame(thing.paths)
        part = self._part(thing, scene, frame)
        return replace(part, scene=framed(scene, frame, coming, going))

    def _part(self, thing: Thing | None, scene: Scene, frame: Frame | None) -> _Part:
        groups = {group.id: group for group in scene.folded.groups}
        shown = {card.id: self._add(card, groups.get(card.id)) for card in scene.cards}
        return _Part(thing, scene, frame, shown, [*map(self._edges_cut, scene.stubs)])

    def _edges_cut(self, stub: Stub) -> tuple[CutEdge, ...]:
        """The edges that the graph does not have behind one of a scene."""
        number = -1 - len(self._cut)
        passes = number if stub.ghost else None
        cut = tuple(
            CutEdge(-1 if stub.ghost else source, node, passes or number - after, 0, stub)
            for after, (source, node) in enumerate(stub.behind)
        )
        self._cut += cut
        return cut

    def _add(self, card: Card, group: Group | None) -> int:
        paths = group.paths if group else ()
        members = group.members if group else () if card.ghost else (card.id,)
        self.things.append(Thing(card, members, paths))
        return len(self.things) - 1

    def _inset(self, part: _Part, layout: Layout, folds: tuple[Fold, ...] = ()) -> Inset:
        box = None if part.thing is None else border(layout)
        frames = {fold.place.frame.path: number for number, fold in enumerate(folds)}
        spots = self._spots(part, layout, frames, (box.x, box.y) if box else (0.0, 0.0))
        return Inset(
            width=box.width if box else layout.width,
            height=box.height if box else layout.height,
            frame=part.frame,
            spots=spots,
            folds=folds,
            wires=self._wires(part, layout, spots, box),
        )

    def _spots(
        self, part: _Part, layout: Layout, frames: dict[str, int], corner: Point
    ) -> tuple[Spot, ...]:
        """The scene's own cards, and those that name a shared parameter once more."""
        shown, places = part.shown, {place.card.id: place for place in layout.places}
        found = [(thing, places[id]) for id, thing in shown.items()]
        for copy in layout.copies:
            like = shown.get(copy.original)
            thing = Thing(copy.place.card, () if like is None else self.things[like].members)
            thing.like = like
            self.things.append(thing)
            found.append((len(self.things) - 1, copy.place))
        return tuple(
            Spot(thing, at.x - corner[0], at.y - corner[1], frames.get(at.card.module))
            for thing, at in found
        )

    def _wires(
        self, part: _Part, layout: Layout, spots: Sequence[Spot], box: FramePlace | None
    ) -> tuple[Wire, ...]:
        at = {self.things[spot.thing].card.id: place for place, spot in enumerate(spots)}
        copied = {
            route.points: at[route.copy.place.card.id]
            for route in layout.routes
            if route.copy is not None
        }
        behind = (*part.scene.folded.carried, *part.cut)
        found: dict[object, Wire] = {}
        for place, (route, edges) in enumerate(zip(layout.routes, behind, strict=True)):
            source = copied.get(route.points, at.get(route.edge.producer, OUTSIDE))
            target = at.get(route.edge.consumer, OUTSIDE)
            alike = route.points if route.points in copied else place
            if alike in found:
                known = found[alike]
                found[alike] = replace(known, edges=(*known.edges, *edges))
            else:
                found[alike] = _wire(route, source, target, edges, box)
        return tuple(found.values())


def _wire(
    route: Route,
    source: int,
    target: int,
    behind: tuple[GraphEdge, ...],
    box: FramePlace | None,
) -> Wire:
    """The route as it is in a box: up to its border."""
    points, level = route.points, route.level
    labels: tuple[Label | None, Label | None] = (route.value, route.gradient)
    if behind and isinstance(behind[0], CutEdge):
        labels = (route.value, None)
    if box is not None:
        if source == OUTSIDE:
            points = leaving(points[::-1], box)[::-1]
        if target == OUTSIDE:
            points = leaving(points, box)
        points = tuple((x - box.x, y - box.y) for x, y in points)
        level = (
            level[0] if source != OUTSIDE else is_level(points[0], box),
            level[1] if target != OUTSIDE else is_level(points[-1], box),
        )
        labels = (_within(labels[0], box), _within(labels[1], box))
    return Wire(source, target, behind, points, level, labels)


def _within(label: Label | None, box: FramePlace) -> Label | None:
    """The label in the box's own coordinates; None if it does not lie in it."""
    if label is None:
        return None
    x, y = label.x - box.x, label.y - box.y
    if x < 0 or y < 0 or x + label.width > box.width or y + label.height > box.height:
        return None
    return replace(label, x=x, y=y)


def _group(calls: Sequence[Call]) -> Group:
    members = sorted(id for call in calls for id in call.members)
    return Group(tuple(call.path for call in calls), tuple(members))
