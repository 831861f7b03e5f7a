"""Signs drawn from lines, since fonts do not have them: scissors, a snowflake, links of a chain."""

from __future__ import annotations

import math

from gradviz.render.drawing import Box, Curve, Item, Point
from gradviz.render.layout.layout import straight

SCISSORS = 16.0
"""Pixels that the scissors are wide."""


def scissors(x: float, y: float, colour: str, *, node: int | None = None) -> list[Item]:
    """Open scissors that point to the right, around a middle."""
    rings: list[Item] = [
        Box(
            x=x - 8.0,
            y=y + side * 3.7 - 2.3,
            width=4.6,
            height=4.6,
            radius=2.3,
            stroke=colour,
            stroke_width=1.5,
            node=node,
        )
        for side in (-1, 1)
    ]
    blades = [
        Curve(
            points=straight((x - 3.6, y + side * 2.6), (x + 8.0, y - side * 4.4)),
            stroke=colour,
            stroke_width=1.6,
            node=node,
        )
        for side in (-1, 1)
    ]
    return [*rings, *blades]


def links(x: float, y: float, colour: str, *, node: int | None = None) -> list[Item]:
    """Two links of a chain, one in the other, around a middle."""
    return [
        Box(
            x=x - 8.0 + place,
            y=y - 3.5,
            width=10.0,
            height=7.0,
            radius=3.5,
            stroke=colour,
            stroke_width=1.5,
            node=node,
        )
        for place in (0.0, 6.0)
    ]


def snowflake(
    x: float, y: float, radius: float, colour: str, *, node: int | None = None
) -> list[Item]:
    """Six arms with two barbs each, drawn in one go."""
    points: tuple[Point, ...] = ((x, y),)

    def to(distance: float, turn: float) -> None:
        nonlocal points
        end = (x + distance * math.sin(turn), y - distance * math.cos(turn))
        points += straight(points[-1], end)[1:]

    for arm in range(6):
        turn = arm * math.pi / 3
        for barb in (-0.38, 0.38):
            to(radius * 0.55, turn)
            to(radius * 0.86, turn + barb)
            to(radius * 0.55, turn)
        to(radius, turn)
        to(0.0, turn)
    return [Curve(points=points, stroke=colour, stroke_width=1.3, node=node)]
