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

    def add(self, source: Thing | Port, target: Thing | Port, producer: int, place: int) -> int:
        """The number of a piece, which is added if it is not there."""
        pieces = self.pieces
        return pieces.setdefault((source, target, producer, place), len(pieces))

    def port(self, side: int, producer: int) -> Port:
        """A port, which is added if it is not there."""
        ports = self.ports[side]
        ports.setdefault(producer, len(ports))
        return side, producer


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
    crossings: dict[tuple[str, str], _Crossing] = {}
    far = far_edges(scene)
    trails: dict[int, Trail] = {}
    for place, edge in enumerate(scene.edges):
        if place in far:
            continue
        producer, consumer = cards[edge.producer], cards[edge.consumer]
        module = producer.module
        if module == consumer.module:
            number = levels[module].add(producer.id, consumer.id, producer.id, place)
            trails[place] = ((module, number),)
            continue
        between = (module, consumer.module)
        crossing = crossings.get(between)
        if crossing is None:
            crossings[between] = crossing = _crossing(*(around[path] for path in between))
        if not crossing.out or producer.kind != "leaf":
            trails[place] = _trail(producer.id, consumer.id, crossing)
    return Levels(levels, trails)


class _Crossing(Struct, frozen=True):
    """From one call to another: out of which levels, innermost first, through which one, and into
    which, outermost first.
    """

    out: tuple[Level, ...]
    across: Level
    into: tuple[Level, ...]


def _crossing(above: tuple[Level, ...], below: tuple[Level, ...]) -> _Crossing:
    common = 1
    while above[common : common + 1] == below[common : common + 1] != ():
        common += 1
    return _Crossing(above[: common - 1 : -1], above[common - 1], below[common:])


def _trail(producer: int, consumer: int, crossing: _Crossing) -> Trail:
    """The pieces of an edge."""
    source: Thing | Port = producer
    trail: list[tuple[str, int]] = []
    for level in crossing.out:
        port = level.port(OUT, producer)
        trail.append((level.path, level.add(source, port, producer, -1)))
        source = level.path
    level = crossing.across
    for inner in crossing.into:
        trail.append((level.path, level.add(source, inner.path, producer, -1)))
        level, source = inner, inner.port(IN, producer)
    trail.append((level.path, level.add(source, consumer, producer, -1)))
    return tuple(trail)
