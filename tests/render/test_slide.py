"""Pages of a given size: everything on them can be read, or it is said."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtGui import QColor, QImage

import gradviz
from gradviz.errors import UsageError
from gradviz.render.arrange.arrange import arrange
from gradviz.render.drawing import Bitmap, Box, Curve, Text, flat, placed
from gradviz.render.pages.camera import view
from gradviz.render.pages.slide import LEAST, slide_of
from gradviz.render.render import picture
from gradviz.render.scene.scene import scene_of
from gradviz.render.status.status import statuses
from gradviz.render.write.palette import Indexer
from gradviz.render.write.png import png
from gradviz.render.write.svg import svg
from gradviz.trace.trace import Trace
from tests.benchmarks.models import loss_of, resnet18


@pytest.mark.parametrize("size", ["1280x720", "1920X1080", "800x600"])
@pytest.mark.parametrize("at", [None, "start", "backward:half", "end"])
def test_a_slide_has_its_size_in_every_format(letters: Trace, size: str, at: str | None) -> None:
    width, height = (int(side) for side in size.lower().split("x"))
    drawing = picture(letters, at=at, slide=slide_of(size), stamp="seed 1")
    made = QImage.fromData(png(drawing, scale=0.5))
    assert (made.width(), made.height()) == (width // 2, height // 2)
    assert f'width="{width}" height="{height}"' in svg(drawing)


@pytest.mark.parametrize("name", ["moons", "letters"])
def test_every_event_can_be_read_and_is_in_view(name: str, request: pytest.FixtureRequest) -> None:
    trace: Trace = request.getfixturevalue(name)
    for event in trace.events:
        drawing = picture(trace, at=event.index, slide=slide_of("1280x720"), stamp="seed 1")
        sizes = [item.size * drawing.unit for item in flat(drawing.items) if isinstance(item, Text)]
        assert min(sizes) >= LEAST - 0.01
        assert drawing.note == ""
        graph = trace.graph_at(event.index)
        assert graph is not None
        current = {
            id for id, status in statuses(trace, graph, event.index).items() if status.current
        }
        marks = [
            item
            for item in flat(drawing.items)
            if isinstance(item, Box) and item.stroke_width == 4.0
        ]
        assert {box.node for box in marks} == current
        for box in marks:
            assert box.x >= 0
            assert box.y >= 0
            assert (box.x + box.width) * drawing.unit < 1280
            assert (box.y + box.height) * drawing.unit < 720 - 96


def resnet() -> Trace:
    torch.manual_seed(0)
    model, x, y = resnet18()
    with gradviz.record(model) as trace:
        loss_of(model(x), y).backward()
    return trace


@pytest.mark.parametrize("size", ["1280x720", "1920x1080"])
@pytest.mark.parametrize("name", ["moons", "letters", "resnet"])
def test_the_last_row_can_read_every_text(
    name: str, size: str, request: pytest.FixtureRequest
) -> None:
    """In the pixels: capitals are as high as those of text of 18 pixels, twice that at 2x."""
    trace: Trace = resnet() if name == "resnet" else request.getfixturevalue(name)
    for at in ("forward:end", "backward:half", "end"):
        drawing = picture(trace, at=at, slide=slide_of(size))
        texts = [item for item in flat(drawing.items) if isinstance(item, Text)]
        assert min(item.size * drawing.unit for item in texts) >= LEAST - 0.01
        made = QImage.fromData(png(drawing, scale=2.0))
        assert (made.width(), made.height()) == tuple(2 * int(side) for side in size.split("x"))
        phase = next(item for item in texts if item.text == "data")
        assert ink(made, phase, 2.0 * drawing.unit) >= 2 * LEAST * 0.7


def ink(image: QImage, text: Text, scale: float) -> int:
    """How many rows of pixels a text has from its highest letter to its baseline."""
    left, base = round((text.x - 10) * scale), round(text.y * scale)
    across = range(left, round((text.x + 10) * scale))
    high = range(base - round(1.1 * text.size * scale), base)
    dark = [y for y in high if any(QColor(image.pixel(x, y)).lightness() < 140 for x in across)]
    return base - min(dark)


def test_a_graph_kept_whole_says_that_its_text_is_small(letters: Trace) -> None:
    drawing = picture(letters, at="end", slide=slide_of("1280x720", whole=True))
    assert "px high" in drawing.note
    cards = [item for item in flat(drawing.items) if isinstance(item, Box) and item.height == 71]
    assert {item.node for item in cards} == {node.id for node in letters.graphs[0].nodes}
    assert all(0 < box.y < box.y + box.height < drawing.height for box in cards)


def test_a_graph_that_fits_is_enlarged_and_not_cut(moons: Trace) -> None:
    drawing = picture(moons, at="end", slide=slide_of("1920x1080"))
    assert drawing.unit > LEAST / 13
    boxes = [item for item in flat(drawing.items) if isinstance(item, Box)]
    assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in boxes)


def test_the_view_mostly_stands_still(letters: Trace) -> None:
    graph = letters.graphs[0]
    layout = arrange(scene_of(graph))
    views = [
        view(layout, statuses(letters, graph, event.index), 700.0, 400.0)
        for event in letters.events
    ]
    assert 3 < len(set(views)) < len(views) / 3


@pytest.mark.parametrize("size", ["big", "10x10", "1280", "1280x", "99999x99999", "-5x720", ""])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(UsageError, match="size"):
        slide_of(size)


def test_an_item_is_placed_larger_and_further() -> None:
    box = placed(Box(x=1, y=2, width=3, height=4, radius=1), 10, 20, factor=2)
    assert (box.x, box.y, box.width, box.height, box.radius) == (12, 24, 6, 8, 2)  # type: ignore[union-attr]
    text = placed(Text(x=1, y=1, text="a", size=10, colour="#000000"), 1, 1, factor=3)
    assert (text.x, text.size) == (4, 30)  # type: ignore[union-attr]
    curve = placed(Curve(points=((0, 0), (1, 1), (2, 2), (3, 3)), stroke="#000000"), 5, 6)
    assert curve.points[0] == (5, 6)  # type: ignore[union-attr]
    bitmap = placed(Bitmap(x=0, y=0, width=2, height=2, columns=1, rows=1, rgb=b"abc"), 1, 1)
    assert (bitmap.x, bitmap.width) == (1, 2)  # type: ignore[union-attr]


def test_each_colour_becomes_the_nearest_of_the_palette() -> None:
    from PIL import Image

    image = Image.new("RGB", (2, 2))
    image.putdata([(255, 255, 255), (254, 255, 255), (3, 0, 0), (200, 10, 10)])
    index = Indexer([(255, 255, 255), (0, 0, 0), (199, 0, 0), (254, 254, 254)])
    for _ in range(2):
        assert [*index(image).convert("RGB").get_flattened_data()] == [
            (255, 255, 255), (255, 255, 255), (0, 0, 0), (199, 0, 0),
        ]  # fmt: skip
