"""A level as shapes alone, without who they are: levels of like module calls have equal outlines.

What is laid out for an outline holds for every level that has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gradviz.render.drawing import Point
from gradviz.render.layout.docking import Rectangle, Way
from gradviz.render.levels.levels import IN, OUT, Level
from gradviz.render.scene.rows import Row
from gradviz.render.scene.scene import Card

STEP = 60.0

Size: TypeAlias = tuple[float, float, bool]
"""A card's width and height, and whether it is a leaf."""
Join: TypeAlias = tuple[str, str, int, int]
"""A piece: from where to where, by names; and which port it takes of a level there, else -1."""


class Face(Struct, frozen=True):
    """What the level around sees of one: its size, and how far right its ports on the upper and
    lower border are.
    """

    width: float
    height: float
    ports: tuple[tuple[float, ...], tuple[float, ...]]


class Box(Struct, frozen=True):
    """A level laid out: the upper left ``corners`` of the things in it from its own, and the way of
    each piece; None if the engine gave none.
    """

    face: Face
    corners: tuple[Point, ...]
    ways: tuple[Way | None, ...]


class Outline(Struct, frozen=True):
    """Things ``n0`` … are cards or levels laid out before, ports ``i0`` … and ``o0`` …, and the
    pieces between them, in order; ``rows`` are the places of an op's left side, of the op, and of
    its right side. ``room`` is what the frame's title needs, None for the outermost level.
    """

    things: tuple[Size | Face, ...]
    rows: tuple[tuple[tuple[int, ...], int, tuple[int, ...]], ...]
    ports: tuple[int, int]
    joins: tuple[Join, ...]
    room: float | None


def card_at(outline: Outline, name: str, corners: Sequence[Point]) -> Rectangle | None:
    """Where the card of a name is when the things' corners are there; None if it is no card."""
    if name[0] != "n":
        return None
    number = int(name[1:])
    thing = outline.things[number]
    return None if isinstance(thing, Face) else (*corners[number], thing[0], thing[1])


def outline_of(
    level: Level,
    cards: Mapping[int, Card],
    rows: Mapping[int, Row],
    boxes: Mapping[str, Box],
    room: float | None,
) -> Outline:
    """A level's outline. The levels in it must have their boxes."""
    things: list[Size | Face] = []
    beside: list[tuple[int, Row]] = []
    for number, thing in enumerate(level.things):
        if isinstance(thing, str):
            things.append(boxes[thing].face)
            continue
        card = cards[thing]
        things.append((card.width, card.height, card.kind == "leaf"))
        if thing in rows:
            beside.append((number, rows[thing]))
    numbers = {thing: number for number, thing in enumerate(level.things)} if beside else {}
    return Outline(
        things=tuple(things),
        rows=tuple(
            (
                tuple([numbers[id] for id in row.left]),
                number,
                tuple([numbers[id] for id in row.right]),
            )
            for number, row in beside
        ),
        ports=(len(level.ports[IN]), len(level.ports[OUT])),
        joins=tuple([piece[:4] for piece in level.pieces]),
        room=room,
    )


def stepped(width: float) -> float:
    """The room for a title, in steps: like calls whose names differ a little stay equal."""
    return math.ceil(width / STEP) * STEP
