"""Korean in every format: there as text, or in the pixels, with a font that has it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

import gradviz
from gradviz.render.drawing import Drawing, Text
from gradviz.render.play import play
from gradviz.render.render import picture, render
from gradviz.render.write.animation import pixels
from gradviz.render.write.pdf import pdf
from gradviz.trace.trace import Trace

pypdf = pytest.importorskip("pypdf")

NAME = "합성곱_층"


@pytest.fixture(scope="module")
def korean() -> Trace:
    torch.manual_seed(0)
    model = torch.nn.Sequential()
    model.add_module(NAME, torch.nn.Linear(2, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        optimizer.zero_grad()
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    return trace


@pytest.mark.parametrize("suffix", [".svg", ".html"])
def test_texts_are_there_as_texts(korean: Trace, tmp_path: Path, suffix: str) -> None:
    render(korean, tmp_path / f"a{suffix}", at="end", lang="ko")
    text = (tmp_path / f"a{suffix}").read_text()
    assert f"{NAME}.weight" in text
    assert "반복" in text


def test_a_pdf_can_be_searched_and_holds_its_fonts(korean: Trace, tmp_path: Path) -> None:
    render(korean, tmp_path / "a.pdf", at="end", lang="ko")
    (page,) = pypdf.PdfReader(tmp_path / "a.pdf").pages
    text = "".join(page.extract_text().split())
    for word in (f"{NAME}.weight", "AccumulateGrad", "반복"):
        assert word in text
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert len(fonts) == 3
    for font in fonts:
        (inner,) = font["/DescendantFonts"]
        assert inner.get_object()["/FontDescriptor"].get_object()["/FontFile2"].get_object()
        assert "/ToUnicode" in font


def test_no_letter_is_drawn_as_an_empty_box(korean: Trace) -> None:
    """A font without a letter draws the same box for any; ours draws different letters."""

    def drawn(word: str) -> Image.Image:
        text = Text(x=4, y=30, text=word, size=24, colour="#000000")
        return pixels(Drawing(40, 40, "#ffffff", (text,)), 1.0)

    letters = [drawn(letter) for letter in "기울순역파손실층합성곱"]
    for place, one in enumerate(letters):
        assert one.getbbox() is not None
        for other in letters[place + 1 :]:
            assert ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize("suffix", [".gif", ".apng", ".webp"])
def test_a_film_shows_what_the_picture_shows(korean: Trace, tmp_path: Path, suffix: str) -> None:
    play(korean, tmp_path / f"a{suffix}", first="end", last="end", lang="ko", size="640x480")
    render(korean, tmp_path / "a.png", at="end", lang="ko", size="640x480")
    with Image.open(tmp_path / f"a{suffix}") as film, Image.open(tmp_path / "a.png") as still:
        ours, theirs = (each.convert("RGB").reduce(2) for each in (film, still))
        apart = ImageChops.difference(ours, theirs).getextrema()
    assert max(high for _, high in apart) < 40, "the palette is a little coarser"


def test_a_page_without_letters_has_no_text(korean: Trace) -> None:
    """What is extracted comes from the letters drawn, not from the title."""
    drawing = picture(korean, at="end")
    bare = Drawing(drawing.width, drawing.height, drawing.background, (), title=drawing.title)
    (page,) = pypdf.PdfReader(BytesIO(pdf(bare))).pages
    assert NAME not in page.extract_text()
