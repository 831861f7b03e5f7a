"""Each kind of preview as a drawing, for odd contents and all widths."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from PIL import Image

from gradviz import i18n
from gradviz.data.previews.choose import preview_of, sample_preview
from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.samples import samples_of
from gradviz.data.previews.slices import slices
from gradviz.render.drawing import Box, Curve, flat
from gradviz.render.previews.colours import rgb_of
from gradviz.render.previews.draw import draw_preview
from gradviz.render.previews.stack import broken
from gradviz.render.theme import THEMES, VARIABLES
from tests.render.previews.boxes import covering, outside, texts

LONG = "아주 아주 긴 이름의 클래스 " * 8
NAMES = ("cat", LONG, "x" * 300, "", "<b>&amp;</b>", "line\nbreak")
BAD = torch.tensor([[1.0, math.nan, -3.0, math.inf], [0.0, 0.0, 0.0, 1e30]])
TINY = torch.tensor([[5e-324, 0.0], [0.0, 5e-324]], dtype=torch.double)
HUGE = torch.tensor([[1.7e308, -1.7e308, 0.0], [1.0, 2.0, 3.0]], dtype=torch.double)


def sampled(count: int) -> Any:
    return samples_of(count, [NAMES[at % len(NAMES)] for at in range(count)], indices=range(count))


def made(value: Any, context: Context = NOTHING_TOLD) -> Any:
    length = len(value) if not isinstance(value, torch.Tensor) or value.ndim else 1
    return preview_of(value, context, samples=sampled(length))


PREVIEWS = {
    "one image": made(torch.rand(1, 1, 28, 28)),
    "images": made(torch.rand(200, 3, 32, 32)),
    "a pixel": made(torch.rand(3, 1, 1, 1)),
    "large": made(torch.rand(2, 1, 900, 1700)),
    "thin": made(torch.rand(3, 1, 2, 2000)),
    "sizes": made([Image.new("L", (4, 50)), Image.new("RGB", (90, 9)), Image.new("RGBA", (3, 3))]),
    "stretched": made(torch.randn(5, 1, 9, 9)),
    "texts": made(["나는 오늘 " * 100, "", "one", "y" * 2000, "a\nb"]),
    "tokens": made(torch.randint(0, 5, (3, 90)), Context(vocabulary=("", *NAMES[:4]))),
    "ids": made(torch.randint(0, 10**9, (3, 20))),
    "table": made(torch.randn(40, 3), Context(features=(LONG, "b", "c" * 200))),
    "wide table": made(torch.randn(3, 16) * 1e9),
    "bad table": made(BAD),
    "numbers": made(torch.tensor([1.5, math.nan, -math.inf, 1e-30])),
    "classes": preview_of(torch.arange(60) % 3, Context(classes=NAMES), samples=sampled(60)),
    "truth": made(torch.tensor([True, False])),
    "curves": made(torch.randn(5, 3, 50), Context(features=(LONG, "b", "c"))),
    "long curve": made(torch.randn(2, 1, 5000)),
    "bad curve": made(torch.full((2, 1, 60), math.nan)),
    "flat curve": made(torch.zeros(2, 60)),
    "sound": made(torch.randn(3, 8000), Context(sample_rate=16_000)),
    "points": made(torch.randn(300, 2), Context(features=(LONG, "y"))),
    "one point": made(torch.ones(1, 2)),
    "bad points": made(torch.full((3, 2), math.nan)),
    "slices": made(torch.randn(3, 20, 30, 2, 4)),
    "rank 6": made(torch.randn(2, 2, 2, 2, 2, 2)),
    "vector": slices(torch.randn(3000)),
    "scalar": slices(torch.tensor(0.0)),
    "bad slices": slices(BAD),
    "all bad": slices(torch.full((3, 3), math.nan)),
    "empty": made(torch.empty(0, 3)),
    "complex": made(torch.randn(3, 4, dtype=torch.complex64)),
    "half": made(torch.randn(3, 2, 4, 4).half()),
    "tree": made({LONG: [torch.rand(3), {"deep": {"er": [NAMES, 1]}}], "k": None}),
    "deep tree": preview_of([[[[[[[[[1, "x"]]]]]]]], 2]),
    "nothing": preview_of([]),
    "huge table": made(HUGE),
    "huge curves": made(HUGE.repeat(1, 20)),
    "huge points": made(HUGE[:, :2]),
    "huge slices": slices(HUGE),
    "huge images": made(HUGE.reshape(1, 1, 2, 3)),
    "tiny": slices(TINY),
    "tiny points": made(TINY),
    "tiny image": made(TINY.reshape(1, 1, 2, 2) - TINY[0, 0]),
    "sample": sample_preview(torch.rand(2, 5, 6, 7)),
}


@pytest.mark.parametrize("width", [140, 330, 700, 1400])
@pytest.mark.parametrize("name", PREVIEWS)
def test_nothing_covers_and_nothing_is_cut(name: str, width: int) -> None:
    for language in ("en", "ko"):
        i18n.use(language)
        items, height = draw_preview(PREVIEWS[name], width=width, theme=THEMES["light"])
        assert height > 0
        assert covering(items) == []
        assert outside(items, width, height) == []


@pytest.mark.parametrize("name", PREVIEWS)
def test_every_theme_draws_the_same_places(name: str) -> None:
    drawn = [
        draw_preview(PREVIEWS[name], width=500, theme=theme)
        for theme in (*THEMES.values(), VARIABLES)
    ]
    heights = {height for _items, height in drawn[:2]}
    assert len(heights) == 1
    assert draw_preview(PREVIEWS[name], width=500, theme=THEMES["dark"]) == drawn[1]


@pytest.mark.parametrize("name", PREVIEWS)
def test_every_place_is_a_number(name: str) -> None:
    items, _height = draw_preview(PREVIEWS[name], width=500, theme=THEMES["light"])
    for item in flat(items):
        places = item.points if isinstance(item, Curve) else ((item.x, item.y),)
        assert all(math.isfinite(each) for point in places for each in point)


def test_each_sample_is_known_by_its_place() -> None:
    items, _height = draw_preview(PREVIEWS["sizes"], width=600, theme=THEMES["light"])
    places = {item.node for item in flat(items) if isinstance(item, Box) and item.node is not None}
    assert places == {0, 1, 2}


def test_what_is_left_out_is_said() -> None:
    items, _height = draw_preview(PREVIEWS["images"], width=600, theme=THEMES["light"])
    assert "and 136 more" in texts(items)
    items, _height = draw_preview(PREVIEWS["bad table"], width=600, theme=THEMES["light"])
    assert "NaN: 1 · infinite: 1" in texts(items)
    items, _height = draw_preview(PREVIEWS["empty"], width=600, theme=THEMES["light"])
    assert "float32 (0, 3) · empty: it has no elements" in texts(items)


def test_levels_are_white_at_0_and_the_theme_s_colours_at_the_ends() -> None:
    theme = THEMES["light"]
    ends = "".join(f"{each:02x}" for each in rgb_of(bytes((252, 126, 0, 254)), theme))
    assert ends == "".join(
        colour[1:] for colour in (theme.positive, "#ffffff", theme.negative, theme.bad_fill)
    )


def test_lines_break_where_they_reach_the_edge() -> None:
    text = "one two three " + "x" * 90
    lines = broken(text, 100)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(lines) > 5
    assert broken("", 100) == []
