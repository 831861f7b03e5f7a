"""Graphviz's ``-Tjson0`` output as a layout."""

from __future__ import annotations

from gradviz.render.drawing import Point
from gradviz.render.graphviz.dot import PIXELS_PER_POINT, turned_edges
from gradviz.render.graphviz.json0 import Output, decode, numbers, reading
from gradviz.render.layout.detours import all_routes
from gradviz.render.layout.docking import Way, docked
from gradviz.render.layout.layout import FramePlace, Layout, Place
from gradviz.render.scene.scene import Scene


def layout_of(scene: Scene, output: bytes, *, engine: str, reason: str = "") -> Layout:
    """The scene at Graphviz's positions. Raises `LayoutError` for output that cannot be used."""
    with reading(engine):
        return _layout(scene, decode(output), engine, reason)


def _layout(scene: Scene, output: Output, engine: str, reason: str) -> Layout:
    left, bottom, right, top = numbers(output.bb)
    width, height = (right - left) * PIXELS_PER_POINT, (top - bottom) * PIXELS_PER_POINT
    objects = {known.name: known for known in output.objects}

    def pixel(x: float, y: float) -> Point:
        return ((x - left) * PIXELS_PER_POINT, (top - y) * PIXELS_PER_POINT)

    places = []
    for number, card in enumerate(scene.cards):
        x, y = pixel(*numbers(objects[f"n{number}"].pos))
        places.append(Place(card, x - card.width / 2, y - card.height / 2))
    frames = []
    for number, frame in enumerate(scene.frames):
        x0, y0, x1, y1 = numbers(objects[f"cluster_{number}"].bb)
        (x, y), (x_end, y_end) = pixel(x0, y1), pixel(x1, y0)
        frames.append(FramePlace(frame, x, y, x_end - x, y_end - y))
    splines = {edge.id: edge.pos for edge in output.edges}
    by_id = {place.card.id: place for place in places}
    routed: dict[int, Way] = {}
    turned = turned_edges(scene)
    for number, edge in enumerate(scene.edges):
        line = [numbers(pair) for pair in splines.get(f"e{number}", "").split()]
        if line:
            points = tuple(pixel(x, y) for x, y in line)
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
