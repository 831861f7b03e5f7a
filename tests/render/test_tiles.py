"""Looking in tiles finds what looking everywhere finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.render.layout.layout import FramePlace, Layout, Place, Route, straight
from gradviz.render.layout.tiles import Area, Tiles, around, box_of, joined, touch
from gradviz.render.scene.scene import Card, Frame
from gradviz.trace.graph import GraphEdge

NUMBERS = st.integers(-4000, 9000).map(float)
SIZES = st.integers(1, 5000).map(float)


def card(id: int, width: float, height: float) -> Card:
    return Card(
        id=id, kind="function", title="", subtitle="", shape="", name="", module="",
        helper=False, width=width, height=height,
    )  # fmt: skip


def layout(
    boxes: list[tuple[float, float, float, float]], ends: list[tuple[float, float, float, float]]
) -> Layout:
    return Layout(
        width=9000,
        height=9000,
        places=tuple(Place(card(n, w, h), x, y) for n, (x, y, w, h) in enumerate(boxes)),
        frames=tuple(
            FramePlace(Frame(path=f"f{n}", parent="", title="", width=10), x, y, w, h)
            for n, (x, y, w, h) in enumerate(boxes)
        ),
        routes=tuple(
            Route(GraphEdge(0, 0, n), straight((a, b), (c, d)), (True, True))
            for n, (a, b, c, d) in enumerate(ends)
        ),
        engine="",
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, SIZES, SIZES), max_size=30),
    st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=30),
    st.tuples(NUMBERS, NUMBERS, SIZES, SIZES).map(lambda box: box_of(*box)),
)
def test_nothing_in_an_area_is_missed(
    boxes: list[tuple[float, float, float, float]],
    ends: list[tuple[float, float, float, float]],
    area: Area,
) -> None:
    placed = layout(boxes, ends)
    tiles = Tiles(placed)
    cards = [number for tile in tiles.with_cards(area) for number in tile.cards]
    frames = [number for tile in tiles.with_frames(area) for number in tile.frames]
    routes = [number for tile in tiles.with_routes(area) for number in tile.routes]
    frames += tiles.long_frames(area)
    routes += tiles.long_routes(area)
    for found in (cards, frames, routes):
        assert len(found) == len(set(found))
    inside = {number for number, box in enumerate(boxes) if touch(box_of(*box), area)}
    assert inside <= set(cards)
    assert inside <= set(frames)
    passing = {n for n, route in enumerate(placed.routes) if touch(around(route.points), area)}
    assert passing <= set(routes)


@pytest.mark.parametrize(
    ("other", "touching"),
    [
        ((5, 5, 6, 6), True),
        ((10, 0, 20, 10), True),
        ((11, 0, 20, 10), False),
        ((0, -5, 1, -1), False),
    ],
)
def test_areas_touch(other: Area, touching: bool) -> None:
    assert touch((0, 0, 10, 10), other) is touching
    assert touch(other, (0, 0, 10, 10)) is touching


def test_areas_are_joined() -> None:
    assert joined((0, 0, 10, 10), (5, -5, 20, 6)) == (0, -5, 20, 10)
