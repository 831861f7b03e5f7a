"""Drawings painted over one another: to the pixel what painting each by itself gives."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QImage

from gradviz.render.arrange.placing import Placing
from gradviz.render.drawing import Bitmap, Box, Curve, Drawing, Item, Symbol, Text, flat, placed
from gradviz.render.fonts import ready
from gradviz.render.pages.slide import slide_of
from gradviz.render.render import picture
from gradviz.render.write import canvas
from gradviz.render.write.bounds import bounds
from gradviz.render.write.canvas import Canvas
from gradviz.render.write.png import image_of
from gradviz.trace.trace import Trace


@pytest.mark.parametrize(
    ("fold", "size", "theme", "scale"),
    [
        ("auto", "1280x720", "light", 1.0),
        ("none", "1280x720", "dark", 0.7),
        (0, None, "print", 1.3),
        ("none", None, "light", 0.5),
    ],
)
def test_a_film_of_changes_is_the_film_of_all(
    letters: Trace, fold: str | int, size: str | None, theme: str, scale: float
) -> None:
    placing, painted = Placing(fold), Canvas(scale)
    slide = slide_of(size, whole=fold == "none") if size else None
    part = 0
    for event in letters.events:
        drawing = picture(letters, at=event.index, theme=theme, slide=slide, placing=placing)
        shown = painted.paint(drawing)
        whole = image_of(drawing, scale=scale)
        assert shown == whole
        part += painted.changed != (0, 0, whole.width(), whole.height())
    assert part > len(letters.events) / 4, "of many pictures only a part was painted"


def test_what_has_not_changed_keeps_its_pixels(moons: Trace) -> None:
    painted = Canvas(1.0)
    first = picture(moons, at="0/backward:2")
    assert painted.paint(first) == image_of(first)
    painted.paint(first)
    assert painted.changed == (0, 0, 0, 0)


RED = Box(x=10, y=10, width=30, height=30, fill="#ff0000")
BLUE = Box(x=20, y=20, width=30, height=30, fill="#0000ff", opacity=0.5)
WORD = Text(x=5, y=40, text="gÄ합 y", size=20, colour="#000000")
ARROW = Curve(points=((5, 5), (60, 5), (60, 60), (5, 60)), stroke="#00aa00", arrow=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((RED, BLUE), (BLUE, RED)),
        ((RED, BLUE, WORD), (RED, WORD)),
        ((RED,), (RED, BLUE, ARROW)),
        ((ARROW, WORD), (WORD, ARROW, RED)),
        ((RED, RED, BLUE), (RED, BLUE)),
        ((RED,), ()),
    ],
)
def test_order_and_number_of_items_count(before: Sequence[Item], after: Sequence[Item]) -> None:
    painted = Canvas(1.5)
    pages = [Drawing(80, 70, "#ffffff", tuple(items)) for items in (before, after)]
    for page in pages:
        shown = painted.paint(page)
    assert shown == image_of(pages[1], scale=1.5)


def test_another_size_or_ground_is_painted_anew() -> None:
    page = Drawing(80, 70, "#ffffff", (RED,))
    painted = Canvas(1.0)
    for other in (
        page,
        replace(page, background="#000000"),
        replace(page, width=90),
        replace(page, unit=2.0),
    ):
        assert painted.paint(other) == image_of(other)


def test_many_changes_are_painted_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "MOST", 1)
    painted = Canvas(1.0)
    painted.paint(Drawing(80, 70, "#ffffff", (RED, WORD)))
    painted.paint(Drawing(80, 70, "#ffffff", (BLUE, ARROW)))
    assert painted.changed == (0, 0, 80, 70)


@pytest.mark.parametrize(
    "item",
    [
        RED,
        replace(RED, stroke="#000000", stroke_width=7.0),
        WORD,
        replace(WORD, anchor="end", x=60, font="mono"),
        replace(WORD, anchor="middle", x=40, bold=True, text="ÅÇ g🔥j"),
        ARROW,
        replace(ARROW, stroke_width=5.0),
        Bitmap(x=5, y=6, width=20, height=9, columns=1, rows=1, rgb=b"abc"),
        Symbol(x=9, y=4, node=7, items=(RED, WORD, ARROW)),
    ],
)
def test_nothing_is_painted_outside_of_its_bounds(item: Item) -> None:
    ready()
    image: QImage = image_of(Drawing(90, 80, "#ffffff", (item,)))
    left, top, right, bottom = bounds(item)
    for y in range(image.height()):
        for x in range(image.width()):
            if image.pixel(x, y) != 0xFFFFFFFF:
                assert left <= x < right
                assert top <= y < bottom


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_a_symbol_is_what_is_in_it_at_its_place(factor: float) -> None:
    symbol = placed(Symbol(x=9, y=4, node=7, items=(RED, WORD, ARROW)), 3, 2, factor=factor)
    inside = tuple(flat((symbol,)))
    assert [item.node for item in inside] == [7, 7, 7]  # type: ignore[union-attr]
    apart = tuple(
        placed(item, 9 * factor + 3, 4 * factor + 2, factor=factor) for item in (RED, WORD, ARROW)
    )
    image = image_of(Drawing(120, 120, "#ffffff", apart))
    assert image_of(Drawing(120, 120, "#ffffff", inside)) == image
    assert image_of(Drawing(120, 120, "#ffffff", (symbol,))) == image
