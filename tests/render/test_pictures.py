"""The picture files: SVG, PNG, PDF, DOT."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from PySide6.QtGui import QColor, QImage

import gradviz
from gradviz import i18n
from gradviz.errors import GradvizError, OutputError, TraceError, UsageError
from gradviz.render.arrange.arrange import arrange
from gradviz.render.drawing import Bitmap, Box, Drawing, Text, flat
from gradviz.render.pages.page import draw
from gradviz.render.render import SUFFIXES, picture, render
from gradviz.render.scene.scene import scene_of
from gradviz.render.theme import DARK, LIGHT
from gradviz.render.write.pdf import pdf
from gradviz.render.write.png import png
from gradviz.render.write.svg import svg
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace

SVG = "{http://www.w3.org/2000/svg}"


def image(data: bytes) -> QImage:
    return QImage.fromData(data)


def counted(data: bytes, colour: str) -> int:
    """How many pixels are exactly of a colour."""
    picture = image(data)
    wanted = QColor(colour).rgb()
    return sum(
        picture.pixel(x, y) == wanted
        for x in range(0, picture.width(), 3)
        for y in range(0, picture.height(), 3)
    )


def test_svg_holds_real_text_and_a_title_for_each_node(moons: Trace) -> None:
    root = ElementTree.fromstring(svg(picture(moons, at="0/end")))
    written = {element.text for element in root.iter(f"{SVG}text")}
    assert {"fc1.weight", "AddmmBackward0", "(8, 8)", "loss", "updated"} <= written
    groups = [group for group in root.iter(f"{SVG}g") if "data-node" in group.attrib]
    assert {int(group.attrib["data-node"]) for group in groups} == {
        node.id for node in moons.graphs[0].nodes
    }
    titles = [group.findtext(f"{SVG}title") or "" for group in groups]
    assert any("fc1.weight" in title and "‖grad‖" in title for title in titles)


@pytest.mark.parametrize("write", [lambda d: svg(d).encode(), png], ids=["svg", "png"])
def test_the_same_picture_gives_the_same_bytes(
    moons: Trace, write: Callable[[Drawing], bytes]
) -> None:
    assert write(picture(moons, at="0/end")) == write(picture(moons, at="0/end"))


def test_odd_names_give_readable_pictures(odd: str) -> None:
    nodes = (
        GraphNode(0, "AccumulateGrad", odd, odd, (1,), odd),
        GraphNode(1, odd, odd, odd, (2,) * 40),
    )
    graph = AutogradGraph(nodes, (GraphEdge(0, 1, 0),), 1)
    drawing = draw(arrange(scene_of(graph)), None, LIGHT)
    assert drawing.width < 2500
    ElementTree.fromstring(svg(drawing).encode())
    assert not image(png(drawing)).isNull()


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    text = Text(x=0, y=0, text="a\x00b\x1bc\ud800d\uffff", size=13, colour="#000000")
    root = ElementTree.fromstring(svg(Drawing(10, 10, "#ffffff", (text,), title="\x07")).encode())
    assert root.findtext(f"{SVG}text") == "abcd"


def test_png_has_the_size_of_the_drawing_times_the_scale(moons: Trace) -> None:
    drawing = picture(moons)
    for scale in (1.0, 2.0):
        made = image(png(drawing, scale=scale))
        assert (made.width(), made.height()) == (
            round(drawing.width * scale),
            round(drawing.height * scale),
        )


def test_lit_and_dimmed_nodes_differ_in_their_pixels(moons: Trace) -> None:
    start, end = png(picture(moons, at="0/start")), png(picture(moons, at="0/end"))
    for fill in (LIGHT.leaf_fill, LIGHT.function_fill, LIGHT.output_fill, LIGHT.gradient_fill):
        assert counted(start, fill) < 50, "smooth edges of letters may hit the colour"
        assert counted(end, fill) > 200


def test_the_theme_is_in_the_pixels(moons: Trace) -> None:
    assert counted(png(picture(moons, theme="dark")), DARK.background) > 1000
    assert counted(png(picture(moons, theme="dark")), LIGHT.background) == 0


def test_a_picture_too_large_for_png_is_refused() -> None:
    with pytest.raises(UsageError, match="svg"):
        png(Drawing(40_000, 10, "#ffffff", ()))


def test_a_bitmap_keeps_its_pixels() -> None:
    red_green = Bitmap(x=0, y=0, width=8, height=4, columns=2, rows=1, rgb=b"\xff\0\0\0\xff\0")
    drawing = Drawing(8, 4, "#ffffff", (red_green,))
    made = image(png(drawing))
    assert [QColor(made.pixel(x, 2)).name() for x in (1, 6)] == ["#ff0000", "#00ff00"]
    assert "data:image/png;base64," in svg(drawing)


def test_a_hatch_is_painted(moons: Trace) -> None:
    box = Box(x=2, y=2, width=30, height=20, stroke="#0000ff", hatch=True)
    empty = Box(x=2, y=2, width=30, height=20, stroke="#0000ff")
    pages = [png(Drawing(40, 30, "#ffffff", (item,))) for item in (box, empty)]
    white = [counted(page, "#ffffff") for page in pages]
    assert white[0] < white[1]
    assert "<pattern" in svg(Drawing(40, 30, "#ffffff", (box,)))


def test_pdf_holds_its_fonts_and_no_pixels_and_the_same_bytes(moons: Trace) -> None:
    i18n.use("ko")
    page = pdf(picture(moons, at="0/end"))
    assert page == pdf(picture(moons, at="0/end"))
    fonts = set(re.findall(rb"/FontName /[A-Z]+\+(\S+)", page))
    assert fonts == {b"GradvizSans-Regular", b"GradvizSans-Bold", b"GradvizMono-Regular"}
    assert len(re.findall(rb"/FontFile2 \d+ 0 R", page)) == len(fonts)
    assert b"/Subtype /Image" not in page
    place = int(page.rpartition(b"startxref")[2].split()[0])
    assert page[place:].startswith(b"xref"), "the table of places still holds"
    (number,) = re.findall(rb"uuid:(\S{36})", page)
    assert page.count(number.hex().encode()) == 2
    assert page != pdf(picture(moons, at="0/start"))
    other = re.findall(rb"uuid:(\S{36})", pdf(picture(moons, at="0/start")))
    assert other != [number]


def test_pdf_is_one_page_of_the_right_size(moons: Trace) -> None:
    data = pdf(picture(moons))
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_render_writes_each_kind_of_file(moons: Trace, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"graph{suffix.upper()}"
    drawing = render(moons, file, at="backward:half")
    assert file.stat().st_size > 500
    assert (drawing is None) == (suffix == ".dot")
    assert [other.name for other in tmp_path.iterdir()] == [file.name]


def test_render_is_what_the_package_calls_render(moons: Trace, tmp_path: Path) -> None:
    """Whoever imported a part of the folder before can still call ``gradviz.render``."""
    import gradviz.render.theme

    gradviz.render(moons, tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").exists()


def test_a_graph_alone_can_be_drawn(tmp_path: Path) -> None:
    model = torch.nn.Linear(2, 1)
    graph = gradviz.autograd_graph(model(torch.ones(1, 2)).sum(), model)
    drawing = render(graph, tmp_path / "graph.svg")
    assert drawing is not None
    words = {item.text for item in flat(drawing.items) if isinstance(item, Text)}
    assert {"weight", "bias", "addmm", "loss"} <= words


def test_a_loss_that_is_a_leaf_gives_an_empty_picture(tmp_path: Path) -> None:
    graph = gradviz.autograd_graph(torch.tensor(1.0, requires_grad=True))
    assert render(graph, tmp_path / "graph.png") is not None


def test_an_event_number_is_taken_as_the_index(moons: Trace) -> None:
    assert picture(moons, at=-1) == picture(moons, at="0/start")
    last = len(moons.events) - 1
    assert picture(moons, at=last) == picture(moons, at="end")


def test_the_language_is_put_back(moons: Trace, tmp_path: Path) -> None:
    i18n.use("ko")
    render(moons, tmp_path / "graph.svg", lang="en")
    assert i18n.language() == "ko"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"path": "graph.bmp"}, UsageError, "svg, .png, .pdf, .html, .dot"),
        ({"path": "graph"}, UsageError, "no kind of picture"),
        ({"theme": "sepia"}, UsageError, "light, dark, print"),
        ({"at": "yesterday"}, UsageError, "no moment"),
        ({"at": 10_000}, TraceError, "10000"),
        ({"fold": "half"}, UsageError, "auto, none"),
        ({"scale": 0}, UsageError, "scale"),
        ({"scale": float("nan")}, UsageError, "scale"),
        ({"path": "no/such/folder/graph.svg"}, OutputError, "cannot be written"),
        ({"path": "a\0b.svg"}, OutputError, "zero byte"),
    ],
)
def test_what_makes_no_sense_is_refused(
    moons: Trace,
    tmp_path: Path,
    options: dict[str, object],
    error: type[GradvizError],
    said: str,
) -> None:
    path = tmp_path / str(options.pop("path", "graph.svg"))
    with pytest.raises(error, match=said):
        render(moons, path, **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_trace_without_backward_says_so(tmp_path: Path) -> None:
    with gradviz.record() as trace:
        torch.ones(2, requires_grad=True).sum()
    with pytest.raises(TraceError, match="backward"):
        render(trace, tmp_path / "graph.svg", at="end")


def test_a_graph_has_no_moments(moons: Trace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="moments"):
        render(moons.graphs[0], tmp_path / "graph.svg", at="end")
