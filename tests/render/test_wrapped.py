"""Tall layouts in several columns: nothing is lost, and nothing lies on anything."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from gradviz.render.arrange.arrange import arrange
from gradviz.render.columns.cutting import pieces
from gradviz.render.columns.fitted import best_columns, in_columns
from gradviz.render.columns.rails import rail, strip
from gradviz.render.layout.layout import Layout, straight
from gradviz.render.pages.slide import LEAST, slide_of
from gradviz.render.render import picture
from gradviz.render.scene.scene import scene_of
from tests.render.test_arrange import overlaps
from tests.render.test_gallery import along, area_of, laid_out, meet, trained

NAMES = ("resnet", "unet", "gpt", "cell", "gates", "dense")


def wrapped(name: str, count: int) -> tuple[Layout, Layout]:
    whole = laid_out(name, "auto")
    found = in_columns(whole, count)
    assert found is not None
    return whole, found


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_everything_is_there_once_and_in_order(name: str, count: int) -> None:
    whole, found = wrapped(name, count)
    assert [place.card for place in found.places] == [place.card for place in whole.places]
    assert [route.edge for route in found.routes] == [route.edge for route in whole.routes]
    assert found.height < whole.height
    assert overlaps(found) == []
    before = {place.card.id: place for place in whole.places}
    shifts = {
        (round(place.x - before[place.card.id].x), round(place.y - before[place.card.id].y))
        for place in found.places
    }
    assert len(shifts) == count
    ordered = sorted(found.places, key=lambda place: before[place.card.id].y)
    moved = [round(place.x - before[place.card.id].x) for place in ordered]
    assert [moved[0], *(b for a, b in pairwise(moved) if a != b)] == sorted(set(moved))
    for place in found.places:
        assert place.x >= 0
        assert place.x + place.card.width <= found.width
        assert place.y >= -1
        assert place.y + place.card.height <= found.height


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_edges_lead_from_card_to_card_and_cross_no_other(name: str, count: int) -> None:
    whole, found = wrapped(name, count)
    places = {place.card.id: place for place in found.places}
    old = {place.card.id: place for place in whole.places}
    for before, route in zip(whole.routes, found.routes, strict=True):
        for end, id in ((0, route.edge.producer), (-1, route.edge.consumer)):
            spot = before.points[end]
            if not meet(area_of(old[id]), (spot[0] - 1, spot[1] - 1, spot[0] + 1, spot[1] + 1)):
                continue  # it begins at a copy
            for axis in ("x", "y"):
                side = axis == "y"
                was = before.points[end][side] - getattr(old[id], axis)
                assert route.points[end][side] - getattr(places[id], axis) == pytest.approx(was)
        ends = {route.edge.producer, route.edge.consumer}
        others = [area_of(place) for id, place in places.items() if id not in ends]
        for x, y in along(route.points):
            point = (x - 0.5, y - 0.5, x + 0.5, y + 0.5)
            assert not any(meet(point, other) for other in others)


@pytest.mark.parametrize("name", ["resnet", "gpt", "cell"])
def test_a_frame_that_goes_on_is_around_its_cards_in_each_column(name: str) -> None:
    whole, found = wrapped(name, 3)
    parts: dict[str, list[tuple[float, float, float, float]]] = {}
    for frame in found.frames:
        area = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        parts.setdefault(frame.frame.path, []).append(area)
        assert frame.width > 0
        assert frame.height > 0
    assert max(len(areas) for areas in parts.values()) > 1
    assert len(parts) == len(whole.frames)
    for place in found.places:
        card = area_of(place)
        if place.card.module:
            assert any(
                area[0] < card[0] and card[2] < area[2] and area[1] < card[1] and card[3] < area[3]
                for area in parts[place.card.module]
            )
    told = [frame.frame.title for frame in found.frames if frame.open[0] and frame.frame.title]
    assert all(title.startswith("…") for title in told)
    assert told


@pytest.mark.parametrize(("name", "size"), [("toy", "1280x720"), ("resnet", "1920x1080")])
def test_a_tall_graph_fits_a_slide_in_columns(name: str, size: str) -> None:
    drawing = picture(trained(name), at="backward:half", slide=slide_of(size))
    shown = {item.node for item in drawing.items if getattr(item, "node", None) is not None}
    layout = arrange(scene_of(trained(name).graphs[0]))
    assert shown >= {place.card.id for place in layout.places}
    assert drawing.unit * 13 >= LEAST - 0.01
    assert drawing.note == ""


def test_what_is_kept_whole_is_larger_in_columns() -> None:
    layout = laid_out("gates", "none")
    found = best_columns(layout, 1280, 720, enough=1.4, whole=True)
    assert layout.height > 2.5 * found.height
    assert best_columns(layout, 1280, 720, enough=1.4, whole=True) is found
    assert best_columns(layout, 1280, 720, enough=1.4, whole=False) is layout


def test_a_curve_is_cut_exactly_where_it_crosses() -> None:
    curve = (*straight((0.0, 0.0), (30.0, 90.0)), (40.0, 120.0), (60.0, 160.0), (50.0, 200.0))
    parts = pieces(curve, [60.0, 150.0])
    assert [part.column for part in parts] == [0, 1, 2]
    assert [part.points[0][1] for part in parts] == [0.0, 60.0, 150.0]
    assert parts[0].points[-1] == parts[1].points[0] == (pytest.approx(20.0), 60.0)
    assert parts[-1].points[-1] == (50.0, 200.0)
    back = pieces(curve[::-1], [60.0, 150.0])
    assert [part.column for part in back] == [2, 1, 0]
    assert [len(part.points) % 3 for part in (*parts, *back)] == [1] * 6


def test_rails_side_by_side_do_not_cross() -> None:
    count = 4
    feet = [(20.0 * number, 500.0) for number in range(count)]
    heads = [(400.0 + 30.0 * number, 80.0) for number in range(count)]
    rails = [
        [*along(rail(*ends, number=number, count=count, gutter=200.0))]
        for number, ends in enumerate(zip(feet, heads, strict=True))
    ]
    for number, one in enumerate(rails):
        assert one[0] == pytest.approx(feet[number])
        assert one[-1] == pytest.approx(heads[number])
        assert max(y for _, y in one) <= 500 + strip(count)
        assert min(y for _, y in one) >= 80 - strip(count)
        for other in rails[:number]:
            assert not any(_cross(a, b) for a in pairwise(one) for b in pairwise(other))


def _cross(one: tuple[tuple[float, float], ...], other: tuple[tuple[float, float], ...]) -> bool:
    def side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
        return math.copysign(1, (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    (a, b), (c, d) = one, other
    return side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)
