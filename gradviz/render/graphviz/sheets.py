"""Graphviz's ``-Tjson0`` output for the DOT text of one level."""

from __future__ import annotations

import math

from msgspec import Struct

from gradviz.render.drawing import Point
from gradviz.render.graphviz.dot import PIXELS_PER_INCH, PIXELS_PER_POINT
from gradviz.render.graphviz.json0 import Output, decode, numbers, reading


class Sheet(Struct, frozen=True):
    """In pixels, y growing downwards: the upper left ``corners`` of nodes, how far right the
    ``dots`` of ports are, and what lies between the ports' rows, from ``top`` to ``bottom``.
    """

    width: float
    height: float
    top: float
    bottom: float
    corners: dict[str, Point]
    dots: dict[str, float]
    edges: dict[str, tuple[Point, ...]]


def sheets_of(output: bytes, count: int, *, engine: str) -> list[Sheet]:
    """The sheets of so many texts. Raises `LayoutError` for output that cannot be used."""
    with reading(engine):
        texts = output.split(b"\n}\n")
        if len(texts) != count + 1 or texts[-1].strip():
            raise ValueError(f"{len(texts) - 1} / {count}")
        return [_sheet(decode(text + b"}")) for text in texts[:-1]]


def _sheet(output: Output) -> Sheet:
    left, below, right, above = numbers(output.bb)
    corners: dict[str, Point] = {}
    dots: dict[str, float] = {}
    top, bottom = math.inf, -math.inf
    for thing in output.objects:
        if not thing.pos:
            continue
        x, y = numbers(thing.pos)
        x, y = (x - left) * PIXELS_PER_POINT, (above - y) * PIXELS_PER_POINT
        if thing.name[0] != "n":
            dots[thing.name] = x
            continue
        width, height = float(thing.width) * PIXELS_PER_INCH, float(thing.height) * PIXELS_PER_INCH
        corners[thing.name] = (x - width / 2, y - height / 2)
        top, bottom = min(top, y - height / 2), max(bottom, y + height / 2)
    edges = {}
    for edge in output.edges:
        places = [numbers(pair) for pair in edge.pos.split()]
        edges[edge.id] = tuple(
            ((x - left) * PIXELS_PER_POINT, (above - y) * PIXELS_PER_POINT) for x, y in places
        )
    return Sheet(
        (right - left) * PIXELS_PER_POINT,
        (above - below) * PIXELS_PER_POINT,
        top,
        bottom,
        corners,
        dots,
        edges,
    )
