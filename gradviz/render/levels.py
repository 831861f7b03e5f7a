"""A scene cut up by its module calls: what stands in each, and the pieces of edges in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from gradviz.render.dot import contents, far_edges
from gradviz.render.scene import Scene

IN, OUT = 0, 1
Thing: TypeAlias = int | str
"""A card by its id, or a module call by its path."""
Port: TypeAlias = tuple[int, int]
"""`IN` or `OUT`, and whose tensor passes there; of a module call's border."""
Piece: TypeAlias = tuple[Thing | Port, Thing | Port, int, int]
"""The part of an edge that lies in one module call: from where to where; the producer; and between
two cards the edge's place in the scene, else -1, for edges of one producer share the other parts.
"""
Trail: TypeAlias = tuple[tuple[str, int], ...]
"""The pieces of an edge from end to end: each by its level's path and its number there."""


class Level(Struct, eq=False):
    """A module call without what is inside of the calls in it; the outermost has an empty path.

    Ports and pieces are numbered, in order.
    """

    path: str
    things: tuple[Thing, ...]
    ports: tuple[dict[int, int], dict[int, int]]
    pieces: dict[Piece, int]

    def add(self, piece: Piece) -> tuple[str, int]:
        """Add a piece, unless it is there, and tell where it is."""
        number = self.pieces.setdefault(piece, len(self.pieces))
        for end in piece[:2]:
            if isinstance(end, tuple):
                side, producer = end
                self.ports[side].setdefault(producer, len(self.ports[side]))
        return self.path, number


class Levels(Struct, frozen=True):
    """Levels with parents before children; an edge that has no trail is not led by Graphviz."""

    by_path: Mapping[str, Level]
    trails: Mapping[int, Trail]


def levels_of(scene: Scene) -> Levels:
    """The levels of a scene.

    Edges over too many ranks are left out, and those of a leaf that is used by another module call:
    with these a shared weight would tie all calls to the first.
    """
    inside = contents(scene)
    levels = {
        path: Level(path, tuple(inside.get(path, ())), ({}, {}), {})
        for path in ("", *(frame.path for frame in scene.frames))
    }
    around: dict[str, tuple[Level, ...]] = {"": (levels[""],)}
    for frame in scene.frames:
        around[frame.path] = (*around[frame.parent], levels[frame.path])
    cards = {card.id: card for card in scene.cards}
    far = far_edges(scene)
    trails: dict[int, Trail] = {}
    for place, edge in enumerate(scene.edges):
        if place in far:
            continue
        producer, consumer = cards[edge.producer], cards[edge.consumer]
        above = around[producer.module]
        if producer.module == consumer.module:
            trails[place] = (above[-1].add((producer.id, consumer.id, producer.id, place)),)
            continue
        below = around[consumer.module]
        common = 1
        while above[common : common + 1] == below[common : common + 1] != ():
            common += 1
        if len(above) == common or producer.kind != "leaf":
            trails[place] = _trail(producer.id, consumer.id, above, below, common)
    return Levels(levels, trails)


def _trail(
    producer: int, consumer: int, above: tuple[Level, ...], below: tuple[Level, ...], common: int
) -> Trail:
    """Out of the calls around the producer, across the one around both, into the consumer's."""
    source: Thing | Port = producer
    trail: list[tuple[str, int]] = []
    for level in above[: common - 1 : -1]:
        trail.append(level.add((source, (OUT, producer), producer, -1)))
        source = level.path
    down: tuple[Thing, ...] = (*(level.path for level in below[common:]), consumer)
    trail.append(above[common - 1].add((source, down[0], producer, -1)))
    for level, target in zip(below[common:], down[1:], strict=True):
        trail.append(level.add(((IN, producer), target, producer, -1)))
    return tuple(trail)
