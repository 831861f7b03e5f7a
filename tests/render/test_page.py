from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

import gradviz
from gradviz.engine.record.saved import TELLS
from gradviz.render import fonts
from gradviz.render.arrange.arrange import arrange
from gradviz.render.draw.arrows import THICKEST, THINNEST, thickness
from gradviz.render.draw.cards import draw_node
from gradviz.render.drawing import Box, Curve, Drawing, Item, Text, flat
from gradviz.render.layout.layout import Layout, Place
from gradviz.render.pages.page import draw
from gradviz.render.render import picture
from gradviz.render.scene.scene import Scene, scene_of
from gradviz.render.status.status import Norm, Status
from gradviz.render.theme import DARK, LIGHT, THEMES, Theme
from gradviz.render.write.tips import tip
from gradviz.trace.trace import Trace


@pytest.fixture
def leaf(scene: Scene) -> Place:
    return Place(next(card for card in scene.cards if card.kind == "leaf"), 10.0, 20.0)


@pytest.fixture
def layout(scene: Scene) -> Layout:
    return arrange(scene)


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.text for item in items if isinstance(item, Text)]


def edges(drawing: Drawing) -> list[Curve]:
    return [item for item in flat(drawing.items) if isinstance(item, Curve) and item.edge]


@pytest.mark.parametrize(
    ("grad", "said"),
    [
        (None, []),
        ("none", ["grad None"]),
        ("lost", ["‖grad‖", "?"]),
        (0.0, ["‖grad‖", "0"]),
        (0.0312456, ["‖grad‖", "0.03125"]),
        (math.nan, ["‖grad‖", "nan"]),
        (math.inf, ["‖grad‖", "inf"]),
    ],
)
def test_a_leaf_tells_its_grad(leaf: Place, grad: Norm | None, said: list[str]) -> None:
    items = draw_node(leaf, Status(stage="passed", grad=grad), LIGHT)
    assert texts(items)[3:] == said
    hatched = any(isinstance(item, Box) and item.hatch for item in items)
    assert hatched == (grad == "none")
    black = any(isinstance(item, Box) and item.fill == LIGHT.bad_fill for item in items)
    assert black == (isinstance(grad, float) and not math.isfinite(grad))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_what_is_ahead_has_no_fill_and_a_dashed_outline(leaf: Place, theme: Theme) -> None:
    ahead = draw_node(leaf, Status(), theme)[0]
    lit = draw_node(leaf, Status(stage="made"), theme)[0]
    assert isinstance(ahead, Box)
    assert isinstance(lit, Box)
    assert (ahead.fill, ahead.dashed) == (theme.ahead_fill, True)
    assert (lit.fill, lit.dashed) == (theme.leaf_fill, False)


def test_the_current_node_has_an_outline_and_a_pointer(leaf: Place) -> None:
    plain = draw_node(leaf, Status(stage="made"), LIGHT)
    current = draw_node(leaf, Status(stage="made", current=True), LIGHT)
    assert current[: len(plain)] == plain
    more = current[len(plain) :]
    assert any(isinstance(item, Box) and item.stroke_width >= 3 for item in more)
    assert any(isinstance(item, Curve) and item.closed for item in more)


def test_a_leaf_has_square_corners_and_an_op_round_ones(layout: Layout) -> None:
    for place in layout.places:
        box = draw_node(place, None, LIGHT)[0]
        assert isinstance(box, Box)
        assert (box.radius == 0) == (place.card.kind == "leaf")


def is_on_chip(text: Text, drawing: Drawing) -> bool:
    """Whether the text stands on a chip of its own, on the upper border of its card."""
    reach = fonts.width(text.text, size=text.size, bold=text.bold)
    return any(
        isinstance(item, Box)
        and item.node == text.node
        and item.height < 20
        and item.x < text.x
        and text.x + reach < item.x + item.width
        and item.y + text.size * 0.75 < text.y < item.y + item.height
        for item in flat(drawing.items)
    )


def test_texts_stay_inside_their_card(letters: Trace) -> None:
    for at in (None, "start", "forward:end", "end"):
        drawing = picture(letters, at=at)
        boxes = {
            item.node: item
            for item in reversed(list(flat(drawing.items)))
            if isinstance(item, Box) and item.node is not None and item.height > 40
        }
        for item in flat(drawing.items):
            if not isinstance(item, Text) or item.node is None:
                continue
            reach = fonts.width(item.text, family=item.font, size=item.size, bold=item.bold)
            left = item.x - (reach if item.anchor == "end" else 0)
            box = boxes[item.node]
            assert box.x + 5 < left
            assert left + reach < box.x + box.width - 5
            assert box.y + 10 < item.y < box.y + box.height - 3 or is_on_chip(item, drawing)


@pytest.mark.skipif(not TELLS, reason="torch does not tell")
def test_a_change_in_place_is_told_where_no_gradient_comes() -> None:
    w = torch.ones(3, requires_grad=True)
    trace = Trace()

    def run() -> None:
        nonlocal trace
        with gradviz.record() as trace:
            h = w.exp()
            loss = (h * 2).sum()
            h.add_(1)
            loss.backward()

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        run()
    drawing = picture(trace, at="end")
    told = [
        item for item in flat(drawing.items) if isinstance(item, Text) and " / now " in item.text
    ]
    (exp,) = (node.id for node in trace.graphs[0].nodes if node.name == "ExpBackward0")
    assert [(item.text, item.node) for item in told] == [("saved v0 / now v1", exp)]
    start = picture(trace, at="forward:1")
    assert not any(isinstance(item, Text) and "now" in item.text for item in flat(start.items))


def test_texts_of_a_card_keep_clear_of_each_other(letters: Trace) -> None:
    lines: dict[tuple[int | None, float], list[tuple[float, float]]] = {}
    for item in flat(picture(letters, at="end").items):
        if isinstance(item, Text) and item.node is not None:
            reach = fonts.width(item.text, family=item.font, size=item.size, bold=item.bold)
            left = item.x - (reach if item.anchor == "end" else 0)
            lines.setdefault((item.node, item.y), []).append((left, left + reach))
    for spans in lines.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_nothing_moves_with_the_cursor(moons: Trace) -> None:
    def places(at: str) -> list[tuple[float, ...]]:
        return [
            (item.x, item.y, item.width, item.height)
            for item in flat(picture(moons, at=at).items)
            if isinstance(item, Box) and item.node is not None and item.height == 71
        ]

    assert places("0/start") == places("0/forward:end") == places("0/end")
    assert len(places("0/start")) == 11


def test_a_gradient_runs_against_its_edge(moons: Trace) -> None:
    drawing = picture(moons, at="0/backward:end")
    lanes = [curve for curve in edges(drawing) if curve.stroke == LIGHT.gradient_line]
    forward = {curve.edge: curve for curve in edges(drawing) if curve.stroke == LIGHT.edge}
    assert len(lanes) == len(forward) == 10
    for lane in lanes:
        there = forward[lane.edge]
        assert lane.arrow
        assert there.arrow
        assert math.dist(lane.points[0], there.points[-1]) == pytest.approx(8)
        assert math.dist(lane.points[-1], there.points[0]) == pytest.approx(8)


def test_before_backward_no_gradient_runs(moons: Trace) -> None:
    assert len(edges(picture(moons, at="0/loss:end"))) == 10


def test_without_a_cursor_everything_is_lit(layout: Layout) -> None:
    drawing = draw(layout, None, DARK)
    assert not any(getattr(item, "dashed", False) for item in flat(drawing.items))
    assert drawing.background == DARK.background


def test_everything_is_on_the_page(letters: Trace) -> None:
    drawing = picture(letters, at="end")
    for item in flat(drawing.items):
        if isinstance(item, Box):
            assert item.x > 0
            assert item.y > 0
            assert item.x + item.width < drawing.width
            assert item.y + item.height < drawing.height


def test_a_plain_layout_is_told(scene: Scene) -> None:
    layout = arrange(scene, engine="/no/engine")
    note = draw(layout, None, LIGHT).note
    assert "layered" in note
    assert "/no/engine" in note


def test_the_caption_says_where_we_are(moons: Trace) -> None:
    drawing = picture(moons, at="1/backward:3")
    assert "iteration 1, backward 3 of 11: AddmmBackward0" in texts(flat(drawing.items))
    bold = [item.text for item in flat(drawing.items) if isinstance(item, Text) and item.bold]
    assert "backward" in bold
    assert "forward" not in bold


def test_an_empty_graph_is_an_empty_page() -> None:
    from gradviz.trace.graph import AutogradGraph

    drawing = draw(arrange(scene_of(AutogradGraph((), (), None))), {}, LIGHT)
    assert drawing.items == ()
    assert drawing.width > 0


@pytest.mark.parametrize("norm", ["lost", 0.0, 1e-300, 1e-3, 1.0, 1e3, 1e300, math.inf, math.nan])
def test_a_thickness_is_always_drawable(norm: Norm) -> None:
    assert THINNEST <= thickness(norm) <= THICKEST


def test_thickness_grows_with_the_power_of_ten() -> None:
    assert thickness(10.0) - thickness(1.0) == pytest.approx(0.8)


def test_an_arrow_ends_where_its_curve_ended() -> None:
    curve = Curve(points=((0, 0), (0, 10), (0, 20), (0, 30)), stroke="#000000", arrow=True)
    points, triangle = tip(curve)
    assert triangle[0] == (0, 30)
    assert points[0] == (0, 0)
    assert points[-1][1] < 30


def test_an_arrow_without_length_does_no_harm() -> None:
    curve = Curve(points=((5, 5),) * 4, stroke="#000000", arrow=True)
    assert all(math.isfinite(part) for point in tip(curve)[1] for part in point)
