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


class Level(Struct):
    """A module call without what is inside of the calls in it; the outermost has an empty path.

    Everything is in order; ``pieces`` and ports are keys only.
    """

    path: str
    things: tuple[Thing, ...]
    ports: tuple[dict[int, None], dict[int, None]]
    pieces: dict[Piece, None]


class Levels(Struct, frozen=True):
    """``trails`` are the pieces of each edge from end to end, each with its level's path; an edge
    that has none is not led by Graphviz.
    """

    by_path: Mapping[str, Level]
    trails: Mapping[int, tuple[tuple[str, Piece], ...]]


def levels_of(scene: Scene) -> Levels:
    """The levels, parents before children.

    Edges over too many ranks are left out, and those of a leaf that is used by another module call:
    with these a shared weight would tie all calls to the first.
    """
    inside = contents(scene)
    levels = {
        path: Level(path, tuple(inside.get(path, ())), ({}, {}), {})
        for path in ("", *(frame.path for frame in scene.frames))
    }
    around: dict[str, tuple[str, ...]] = {"": ("",)}
    for frame in scene.frames:
        around[frame.path] = (*around[frame.parent], frame.path)
    cards = {card.id: card for card in scene.cards}
    far = far_edges(scene)
    trails: dict[int, tuple[tuple[str, Piece], ...]] = {}
    for place, edge in enumerate(scene.edges):
        above, below = around[cards[edge.producer].module], around[cards[edge.consumer].module]
        common = 1
        while above[common : common + 1] == below[common : common + 1] != ():
            common += 1
        shared = len(above) > common and cards[edge.producer].kind == "leaf"
        if place in far or shared:
            continue
        trail = _trail(edge.producer, edge.consumer, above, below, common, place)
        for path, piece in trail:
            level = levels[path]
            level.pieces[piece] = None
            for end in piece[:2]:
                if isinstance(end, tuple):
                    level.ports[end[0]][end[1]] = None
        trails[place] = trail
    return Levels(levels, trails)


def _trail(
    producer: int,
    consumer: int,
    above: tuple[str, ...],
    below: tuple[str, ...],
    common: int,
    place: int,
) -> tuple[tuple[str, Piece], ...]:
    """Out of the calls around the producer, across the one around both, into the consumer's."""
    source: Thing | Port = producer
    trail: list[tuple[str, Piece]] = []
    for path in above[: common - 1 : -1]:
        trail.append((path, (source, (OUT, producer), producer, -1)))
        source = path
    down: tuple[Thing, ...] = (*below[common:], consumer)
    single = source is producer and len(down) == 1
    trail.append((above[common - 1], (source, down[0], producer, place if single else -1)))
    for path, target in zip(below[common:], down[1:], strict=True):
        trail.append((path, ((IN, producer), target, producer, -1)))
    return tuple(trail)
