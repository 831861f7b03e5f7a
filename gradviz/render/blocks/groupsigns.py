"""A sign for each group of the catalogue: a tile of its colour with a small drawing in white."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from gradviz.render.drawing import Box, Curve, Item, Point
from gradviz.render.layout.layout import polygon, straight
from gradviz.render.theme import Theme

SIDE = 20.0
"""Pixels of a tile."""
COLOURS = {
    "ends": "#4a5463",
    "layers": "#2f6db0",
    "convolution": "#1c7a86",
    "activations": "#a85a08",
    "normalisation": "#64751a",
    "pooling": "#227a4b",
    "shape": "#7b5f4c",
    "arithmetic": "#59626f",
    "joining": "#7a55a8",
    "reducing": "#69607c",
    "sequences": "#4a58b0",
    "sources": "#2a7ab8",
    "own": "#8a3d5c",
    "composites": "#3d4653",
    "library": "#3d4653",
}
INK = "#ffffff"
WIDE = 1.6


def group_sign(group: str, x: float, y: float, theme: Theme) -> list[Item]:
    """The tile with its upper left corner there."""
    colour = COLOURS.get(group, theme.muted) if theme.name != "print" else theme.text
    ground = Box(x=x, y=y, width=SIDE, height=SIDE, radius=5.0, fill=colour)
    return [ground, *_SIGNS.get(group, _nothing)(x, y)]


def _way(*corners: Point) -> Curve:
    points: tuple[Point, ...] = corners[:1]
    for start, end in pairwise(corners):
        points += straight(start, end)[1:]
    return Curve(points=points, stroke=INK, stroke_width=WIDE)


def _dot(x: float, y: float, radius: float = 1.8) -> Box:
    side = 2 * radius
    return Box(x=x - radius, y=y - radius, width=side, height=side, radius=radius, fill=INK)


def _frame(x: float, y: float, width: float, height: float, *, fill: bool = False) -> Box:
    return Box(
        x=x,
        y=y,
        width=width,
        height=height,
        radius=1.0,
        stroke=INK,
        stroke_width=1.4,
        fill=INK if fill else None,
    )


def _nothing(x: float, y: float) -> list[Item]:
    return [_dot(x + 10, y + 10, 3.0)]


def _ends(x: float, y: float) -> list[Item]:
    return [
        _way((x + 10, y + 4), (x + 10, y + 11)),
        Curve(
            points=polygon((x + 6.5, y + 9.5), (x + 13.5, y + 9.5), (x + 10, y + 13.5)),
            stroke=INK,
            stroke_width=0.0,
            fill=INK,
            closed=True,
        ),
        _way((x + 5, y + 16), (x + 15, y + 16)),
    ]


def _linear(x: float, y: float) -> list[Item]:
    left, right = (6.0, 14.0), (5.0, 10.0, 15.0)
    ways = [
        Curve(
            points=straight((x + one, y + 5.5), (x + other, y + 14.5)),
            stroke=INK,
            stroke_width=0.9,
        )
        for one in left
        for other in right
    ]
    dots = [_dot(x + one, y + 5.0) for one in left]
    return [*ways, *dots, *(_dot(x + other, y + 15.0) for other in right)]


def _convolution(x: float, y: float) -> list[Item]:
    lines = [_way((x + 4 + 4 * place, y + 4), (x + 4 + 4 * place, y + 16)) for place in range(4)]
    lines += [_way((x + 4, y + 4 + 4 * place), (x + 16, y + 4 + 4 * place)) for place in range(4)]
    return [
        *(Curve(points=line.points, stroke=INK, stroke_width=0.9) for line in lines),
        Box(x=x + 4, y=y + 4, width=8, height=8, fill=INK),
    ]


def _activation(x: float, y: float) -> list[Item]:
    return [_way((x + 4, y + 14.5), (x + 10, y + 14.5), (x + 16, y + 5))]


def _normalisation(x: float, y: float) -> list[Item]:
    points = (
        (x + 3.5, y + 15.0),
        (x + 8.0, y + 15.0), (x + 7.5, y + 5.0), (x + 10.0, y + 5.0),
        (x + 12.5, y + 5.0), (x + 12.0, y + 15.0), (x + 16.5, y + 15.0),
    )  # fmt: skip
    return [Curve(points=points, stroke=INK, stroke_width=WIDE)]


def _pooling(x: float, y: float) -> list[Item]:
    corners = polygon((x + 3.5, y + 5), (x + 16.5, y + 5), (x + 12.5, y + 15), (x + 7.5, y + 15))
    return [Curve(points=corners, stroke=INK, stroke_width=1.4, closed=True)]


def _shape(x: float, y: float) -> list[Item]:
    return [
        _frame(x + 3.5, y + 5.5, 6.5, 6.5),
        _way((x + 5, y + 15.5), (x + 15, y + 15.5)),
        _frame(x + 13, y + 4.5, 2.5, 8.5, fill=True),
    ]


def _arithmetic(x: float, y: float) -> list[Item]:
    return [
        _way((x + 10, y + 4.5), (x + 10, y + 15.5)),
        _way((x + 4.5, y + 10), (x + 15.5, y + 10)),
    ]


def _joining(x: float, y: float) -> list[Item]:
    return [
        _way((x + 5, y + 4), (x + 10, y + 10), (x + 15, y + 4)),
        _way((x + 10, y + 10), (x + 10, y + 16)),
    ]


def _reducing(x: float, y: float) -> list[Item]:
    corners = ((14.5, 6.5), (14.5, 4.5), (5.5, 4.5), (10.5, 10.0), (5.5, 15.5), (14.5, 15.5),
               (14.5, 13.5))  # fmt: skip
    return [_way(*((x + across, y + down) for across, down in corners))]


def _sequences(x: float, y: float) -> list[Item]:
    return [
        *(_frame(x + 3 + 5 * place, y + 8, 4, 4, fill=True) for place in range(3)),
        _way((x + 5, y + 5), (x + 15, y + 5)),
        _way((x + 13.2, y + 3.4), (x + 15, y + 5), (x + 13.2, y + 6.6)),
    ]


def _sources(x: float, y: float) -> list[Item]:
    return [_dot(x + 10, y + 7, 3.2), _way((x + 10, y + 9), (x + 10, y + 16))]


def _own(x: float, y: float) -> list[Item]:
    return [
        _way((x + 7.5, y + 5.5), (x + 3.5, y + 10), (x + 7.5, y + 14.5)),
        _way((x + 12.5, y + 5.5), (x + 16.5, y + 10), (x + 12.5, y + 14.5)),
    ]


def _composites(x: float, y: float) -> list[Item]:
    return [_frame(x + 4, y + 4, 8.5, 8.5), _frame(x + 7.5, y + 7.5, 8.5, 8.5, fill=True)]


_SIGNS: dict[str, Callable[[float, float], list[Item]]] = {
    "ends": _ends,
    "layers": _linear,
    "convolution": _convolution,
    "activations": _activation,
    "normalisation": _normalisation,
    "pooling": _pooling,
    "shape": _shape,
    "arithmetic": _arithmetic,
    "joining": _joining,
    "reducing": _reducing,
    "sequences": _sequences,
    "sources": _sources,
    "own": _own,
    "composites": _composites,
    "library": _composites,
}
