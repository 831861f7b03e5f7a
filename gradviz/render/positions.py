"""Graphviz's ``-Tjson0`` output as a layout."""

from __future__ import annotations

import math

import msgspec
from msgspec import Struct

from gradviz.errors import LayoutError
from gradviz.i18n import N_
from gradviz.render.detours import all_routes
from gradviz.render.docking import Way, docked
from gradviz.render.dot import PIXELS_PER_POINT, turned_edges
from gradviz.render.drawing import Point
from gradviz.render.engines import MEND
from gradviz.render.layout import FramePlace, Layout, Place
from gradviz.render.scene import Scene


class _Object(Struct):
    name: str = ""
    pos: str = ""
    bb: str = ""


class _Edge(Struct):
    id: str = ""
    pos: str = ""


class _Output(Struct):
    bb: str
    objects: list[_Object] = []
    edges: list[_Edge] = []


def layout_of(scene: Scene, output: bytes, *, engine: str, reason: str = "") -> Layout:
    """The scene at Graphviz's positions. Raises `LayoutError` for output that cannot be used."""
    try:
        return _layout(scene, msgspec.json.decode(output, type=_Output), engine, reason)
    except (msgspec.DecodeError, ValueError, KeyError) as error:
        raise LayoutError(
            N_("wrote what is no layout ({reason})"), where=engine, mend=MEND, reason=error
        ) from error


def _layout(scene: Scene, output: _Output, engine: str, reason: str) -> Layout:
    left, bottom, right, top = _numbers(output.bb)
    width, height = (right - left) * PIXELS_PER_POINT, (top - bottom) * PIXELS_PER_POINT
    objects = {known.name: known for known in output.objects}

    def pixel(x: float, y: float) -> Point:
        return ((x - left) * PIXELS_PER_POINT, (top - y) * PIXELS_PER_POINT)

    places = []
    for number, card in enumerate(scene.cards):
        x, y = pixel(*_numbers(objects[f"n{number}"].pos))
        places.append(Place(card, x - card.width / 2, y - card.height / 2))
    frames = []
    for number, frame in enumerate(scene.frames):
        x0, y0, x1, y1 = _numbers(objects[f"cluster_{number}"].bb)
        (x, y), (x_end, y_end) = pixel(x0, y1), pixel(x1, y0)
        frames.append(FramePlace(frame, x, y, x_end - x, y_end - y))
    splines = {edge.id: edge.pos for edge in output.edges}
    by_id = {place.card.id: place for place in places}
    routed: dict[int, Way] = {}
    turned = turned_edges(scene)
    for number, edge in enumerate(scene.edges):
        numbers = [_numbers(pair) for pair in splines.get(f"e{number}", "").split()]
        if numbers:
            points = tuple(pixel(x, y) for x, y in numbers)
            ends = by_id[edge.producer].rectangle, by_id[edge.consumer].rectangle
            routed[number] = docked(points[::-1] if number in turned else points, *ends)
    routes, width = all_routes(scene, by_id, routed, width)
    return Layout(
        width=width,
        height=height,
        places=tuple(places),
        frames=tuple(frames),
        routes=routes,
        engine=engine,
        reason=reason,
    )


def _numbers(text: str) -> list[float]:
    numbers = [float(part) for part in text.split(",")]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(text)
    return numbers
