"""A scene cut up by its module calls: what stands in each, and the pieces of edges in it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TypeAlias

from msgspec import Struct

from gradviz.render.graphviz.dot import contents
from gradviz.render.scene.crowds import LONG, crowded
from gradviz.render.scene.ranks import depths
from gradviz.render.scene.scene import Scene

IN, OUT = 0, 1
Thing: TypeAlias = int | str
"""A card by its id, or a module call by its path."""
Piece: TypeAlias = tuple[str, str, int, int, int]
"""The part of an edge that lies in one module call: from where to where, by their names there;
which port it takes of a call at either end, else -1; and between two cards the edge's place in the
scene, else -1, for edges of one producer share the other parts.
"""
Trail: TypeAlias = tuple[tuple[str, int], ...]
"""The pieces of an edge from end to end: each by its level's path and its number there."""


class Level(Struct, eq=False):
    """A module call without what is inside of the calls in it; the outermost has an empty path.

    Things, ports and pieces are numbered, in order. Things are named ``n0`` …, the ports through
    which tensors come in ``i0`` …, and those through which they go out ``o0`` …; of each producer
    there is one of either.
    """

    path: str
    things: tuple[Thing, ...]
    names: dict[Thing, str]
    ports: tuple[dict[int, int], dict[int, int]]
    pieces: dict[Piece, int]

    def add(self, piece: Piece) -> int:
        """The number of a piece, which is added if it is not there."""
        return self.pieces.setdefault(piece, len(self.pieces))

    def port(self, side: int, producer: int) -> int:
        """The number of a port, which is added if it is not there."""
        ports = self.ports[side]
        return ports.setdefault(producer, len(ports))


class Levels(Struct, frozen=True):
    """Levels with parents before children; an edge that has no trail is not led by Graphviz."""

    by_path: dict[str, Level]
    trails: dict[int, Trail]


def levels_of(scene: Scene) -> Levels:
    """The levels of a scene.

    Edges that are too long or too many in one of them are left out, and those of a leaf that is
    used by another module call: with these a shared weight would tie all calls to the first.
    """
    levels = _levels(scene, frozenset())
    left_out = {
        (path, number) for path, level in levels.by_path.items() for number in _crowded(level)
    }
    if not left_out:
        return levels
    return _levels(
        scene,
        frozenset(
            place for place, trail in levels.trails.items() if not left_out.isdisjoint(trail)
        ),
    )


def _crowded(level: Level) -> frozenset[int]:
    """The numbers of the pieces that are not for an engine."""
    if len(level.things) < LONG:
        return frozenset()
    ends = [(source, target) for source, target, *_ in level.pieces]
    return crowded(ends, depths(dict.fromkeys(end for pair in ends for end in pair), ends))


def _levels(scene: Scene, left_out: Container[int]) -> Levels:
    """The levels without some edges, by their places."""
    inside = contents(scene)
    paths = ("", *(frame.path for frame in scene.frames))
    levels = {path: _empty(path, inside.get(path, ())) for path in paths}
    around: dict[str, tuple[Level, ...]] = {"": (levels[""],)}
    for frame in scene.frames:
        around[frame.path] = (*around[frame.parent], levels[frame.path])
    cards = {card.id: card for card in scene.cards}
    crossings: dict[tuple[str, str], _Crossing] = {}
    trails: dict[int, Trail] = {}
    for place, edge in enumerate(scene.edges):
        if place in left_out:
            continue
        producer, consumer = cards[edge.producer], cards[edge.consumer]
        module = producer.module
        if module == consumer.module:
            level = levels[module]
            ends = level.names[producer.id], level.names[consumer.id]
            trails[place] = ((module, level.add((*ends, -1, -1, place))),)
            continue
        between = (module, consumer.module)
        crossing = crossings.get(between)
        if crossing is None:
            crossings[between] = crossing = _crossing(*(around[path] for path in between))
        if not crossing.out or producer.kind != "leaf":
            trails[place] = _trail(producer.id, consumer.id, crossing)
    return Levels(levels, trails)


def _empty(path: str, things: Iterable[Thing]) -> Level:
    things = tuple(things)
    names = {thing: f"n{number}" for number, thing in enumerate(things)}
    return Level(path, things, names, ({}, {}), {})


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
    start: Thing = producer
    port = -1
    trail: list[tuple[str, int]] = []
    for level in crossing.out:
        leaving = level.port(OUT, producer)
        piece = (level.names[start], f"o{leaving}", port, -1, -1)
        trail.append((level.path, level.add(piece)))
        start, port = level.path, leaving
    level = crossing.across
    source = level.names[start]
    for inner in crossing.into:
        entering = inner.port(IN, producer)
        piece = (source, level.names[inner.path], port, entering, -1)
        trail.append((level.path, level.add(piece)))
        level, source, port = inner, f"i{entering}", -1
    piece = (source, level.names[consumer], port, -1, -1)
    trail.append((level.path, level.add(piece)))
    return tuple(trail)
