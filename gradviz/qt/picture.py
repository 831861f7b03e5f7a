"""An arranged graph, ready to be shown: worked out aside, then only read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct
from PySide6.QtCore import QLineF, QRectF

from gradviz.garbage import uncollected
from gradviz.qt.graphitems import FrameItem, NodeItem
from gradviz.qt.graphsource import GraphSource
from gradviz.render.arrange.arrange import arrange
from gradviz.render.folds.calls import ancestry
from gradviz.render.folds.fold import Folded, fold
from gradviz.render.layout.layout import Layout
from gradviz.render.layout.tiles import Area, Tile, Tiles, around, box_of, joined, touch
from gradviz.trace.graph import Graph

WORD = 160.0
"""Pixels beside an edge that the word on it may take."""
MANY = 5000
"""More boxes than that are laid out only if somebody asks for them."""


Fields: TypeAlias = tuple[list[float], list[QRectF]]
"""The shorter sides of frames, and the frames."""


class Picture:
    """Cards, frames and arrows in place. It serves every graph of the same `shape_of`.

    ``cards`` are those of its ``nodes`` that stand for some of the graph's; ``by_node`` is the card
    that stands for each node of the graph, by the node's place; ``ends`` are the numbers of each
    edge's cards, ``edges_of`` a card's edges.
    """

    def __init__(self, folded: Folded, layout: Layout) -> None:
        places = {node.id: place for place, node in enumerate(folded.graph.nodes)}
        calls = {group.id: group.paths for group in folded.groups}
        numbers = {place.card.id: number for number, place in enumerate(layout.places)}
        self.layout = layout
        members = {box[-1]: tuple([places[id] for id in box]) for box in folded.boxes()}
        self.nodes = [
            NodeItem(number, place, members.get(place.card.id, ()), calls.get(place.card.id, ()))
            for number, place in enumerate(layout.places)
        ]
        self.cards = [item for item in self.nodes if item.nodes]
        self.by_node = {node: item for item in self.nodes for node in item.nodes}
        self.frames = [FrameItem(place) for place in layout.frames]
        self.ends = [
            (numbers[route.edge.producer], numbers[route.edge.consumer]) for route in layout.routes
        ]
        self.edges_of: dict[int, list[int]] = {}
        for number, ends in enumerate(self.ends):
            for end in set(ends):
                self.edges_of.setdefault(end, []).append(number)
        self.tiles = Tiles(layout)
        self.tile_of_card = {
            number: tile.number for tile in self.tiles.all for number in tile.cards
        }
        self.tile_of_edge = {
            number: tile.number for tile in self.tiles.all for number in tile.routes
        }
        self._reaches: dict[int, Area] = {}
        self.fields = {tile.number: self._fields_of(tile) for tile in self.tiles.all}
        self._heights = {tile.number: self._by_height(tile) for tile in self.tiles.all}

    @cached_property
    def by_leaf(self) -> dict[str, NodeItem]:
        """The card that stands for each leaf that is cut off, by its name."""
        ghosts = ((item, item.place.card.ghost) for item in self.nodes if not item.nodes)
        return {leaf: item for item, ghost in ghosts if ghost for leaf in ghost.leaves}

    @cached_property
    def inside(self) -> dict[str, list[NodeItem]]:
        """The cards of nodes in each frame, by its path."""
        found: dict[str, list[NodeItem]] = {}
        for item in self.cards:
            for path in ancestry(item.place.card.module):
                found.setdefault(path, []).append(item)
        return found

    def frames_of(self, cards: Iterable[NodeItem]) -> list[FrameItem]:
        """The outermost frames that hold nothing but these cards."""
        chosen = {item.number for item in cards}
        paths = {path for item in cards for path in ancestry(item.place.card.module)}
        full = {path for path in paths if all(i.number in chosen for i in self.inside[path])}
        return [
            frame
            for frame in self.frames
            if frame.place.frame.path in full and frame.place.frame.parent not in full
        ]

    def cards_in(self, area: Area) -> list[NodeItem]:
        """The cards of which some part lies in the area."""
        found = []
        for tile in self.tiles.with_cards(area):
            for number in tile.cards:
                item = self.nodes[number]
                place = item.place
                if touch(box_of(place.x, place.y, place.card.width, place.card.height), area):
                    found.append(item)
        return found

    def frames_in(self, area: Area, *, least: float = 0.0) -> list[int]:
        """The frames of which some part lies in the area, outer ones first, by their numbers; those
        that are lower than ``least`` are left out.
        """
        found = []
        for number in self.tiles.long_frames(area):
            if self.frames[number].place.height >= least:
                found.append(number)
        for tile in self.tiles.with_frames(area):
            heights, numbers = self._heights[tile.number]
            for number in numbers[bisect_left(heights, least) :]:
                place = self.frames[number].place
                if touch(box_of(place.x, place.y, place.width, place.height), area):
                    found.append(number)
        return sorted(found)

    def routes_in(self, area: Area) -> list[int]:
        """The edges that may pass the area, with what is written beside them, by their numbers."""
        wide = area[0] - WORD, area[1] - WORD, area[2] + WORD, area[3] + WORD
        tiles = self.tiles
        near = [number for tile in tiles.with_routes(wide) for number in tile.routes]
        found = [*tiles.long_routes(wide), *near]
        return sorted([number for number in found if touch(self._reach(number), area)])

    def _reach(self, route: int) -> Area:
        """The smallest area with an edge in it, and what is written beside it."""
        known = self._reaches.get(route)
        if known is None:
            known = self._reaches[route] = reduce(joined, self.reach_of(route))
        return known

    def _by_height(self, tile: Tile) -> tuple[list[float], list[int]]:
        numbers = sorted(tile.frames, key=lambda number: self.frames[number].place.height)
        return [self.frames[number].place.height for number in numbers], numbers

    def _fields_of(self, tile: Tile) -> dict[int, Fields]:
        """Its frames by how deep they are nested, small ones first."""
        items = [self.frames[number] for number in tile.frames]
        items.sort(key=lambda item: min(item.place.width, item.place.height))
        found: dict[int, Fields] = {}
        for item in items:
            sizes, boxes = found.setdefault(depth_of(item.place.frame.path), ([], []))
            sizes.append(min(item.place.width, item.place.height))
            boxes.append(item.box)
        return found

    def lines_of(self, route: int) -> list[QLineF]:
        """An edge as it looks from afar: a line for each of its segments."""
        corners = self.layout.routes[route].points[::3]
        return [QLineF(*start, *end) for start, end in pairwise(corners)]

    def reach_of(self, route: int) -> list[Area]:
        """Where an edge is with what belongs to it: an area around each segment, each word beside
        it, and the tag that it leads from.
        """
        found = self.layout.routes[route]
        points = found.points
        areas = [around(points[place : place + 4]) for place in range(0, len(points) - 1, 3)]
        for label in (found.value, found.gradient):
            if label is not None:
                areas.append(box_of(label.x, label.y, label.width, label.height))
        if found.copy is not None:
            areas.append(box_of(*found.copy.place.rectangle))
        return areas

    def card_at(self, x: float, y: float) -> NodeItem | None:
        """The card at a point."""
        return next(iter(self.cards_in((x, y, x, y))), None)

    def frame_at(self, x: float, y: float) -> FrameItem | None:
        """The frame whose name is at a point."""
        found = (item for item in reversed(self.frames) if item.name_box().contains(x, y))
        return next(found, None)


def depth_of(path: str) -> int:
    """How many module calls are around one."""
    return path.count(".")


class Prepared(Struct, frozen=True):
    """A graph as it is to be shown. ``picture`` is None if the one that is there serves, or if
    there are ``too_many`` boxes to lay them out without being asked.
    """

    folded: Folded
    shape: object
    picture: Picture | None = None
    too_many: int = 0


@uncollected
def prepared(
    graph: Graph,
    source: GraphSource,
    *,
    shape: object,
    most: float,
    report: Callable[[int], None],
) -> Prepared:
    """Fold and lay out a graph, unless that gives the ``shape`` that is there already, or more than
    ``most`` boxes. ``report`` is told how many there are.
    """
    opened = source.opened(graph)
    folded = fold(graph, opened)
    wanted = shape_of(graph), source.beside(graph), opened
    if wanted == shape:
        return Prepared(folded, wanted)
    scene = source.scene(folded)
    if len(scene.cards) > most:
        return Prepared(folded, None, too_many=len(scene.cards))
    report(len(scene.cards))
    return Prepared(folded, wanted, Picture(folded, arrange(scene)))


def shape_of(graph: Graph) -> object:
    """What the layout depends on: two iterations' graphs are alike but for their node numbers."""
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    nodes = tuple(
        [(node.name, node.module, node.op, node.shape, node.variable) for node in graph.nodes]
    )
    edges = tuple(
        [(numbers[e.producer], numbers[e.consumer], e.slot, e.output) for e in graph.edges]
    )
    return nodes, edges, numbers.get(graph.root) if graph.root is not None else None
