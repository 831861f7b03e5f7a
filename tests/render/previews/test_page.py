"""The page of a loader, as pictures and for the web."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz import i18n
from gradviz.data.letters import Letters
from gradviz.data.previews.loader import loader_told
from gradviz.data.previews.told import LoaderTold
from gradviz.errors import DataError, UsageError
from gradviz.render.previews.epoch import draw_balance, draw_visits, length_bars, shown_classes
from gradviz.render.previews.html import preview_html
from gradviz.render.previews.page import draw_page, draw_previews
from gradviz.render.previews.write import write_page
from gradviz.render.theme import THEMES
from tests.data.previews.test_loader import Changed, Endless, Flip, Normalise, Notes, loader
from tests.render.previews.boxes import covering, outside, texts


@pytest.fixture(scope="module")
def letters() -> LoaderTold:
    torch.manual_seed(0)
    dataset = Changed(Flip(), Normalise())
    return loader_told(loader(dataset, batch_size=16, shuffle=True, drop_last=True), batches=2)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_has_everything_and_nothing_covers(
    letters: LoaderTold, theme: str, language: str
) -> None:
    i18n.use(language)
    page = draw_page(letters, THEMES[theme])
    assert covering(page.items) == []
    assert outside(page.items, page.width, page.height) == []
    if language == "en":
        said = texts(page.items)
        for text in (
            "LetterImages", "Batch 0", "Batch 1", "Transforms, one by one", "as it was", "▸ Flip",
            "▸ Normalise", "Random draws", "The epoch", "Batches: 3", "Left out: 2",
        ):  # fmt: skip
            assert text in said, text


@pytest.mark.parametrize("width", [320, 640, 1600])
def test_the_page_fits_any_width(letters: LoaderTold, width: int) -> None:
    page = draw_page(letters, THEMES["light"], width=width)
    assert covering(page.items) == []
    assert outside(page.items, page.width, page.height) == []


def test_many_classes_and_batches_fit() -> None:
    many = TensorDataset(torch.rand(5000, 2), torch.arange(5000) % 60)
    told = loader_told(DataLoader(many, batch_size=5), batches=1).epoch
    assert len(told.classes) == 60
    assert len(shown_classes(told)) == 15
    for draw in (draw_balance, draw_visits):
        for width in (200, 900):
            items, height = draw(told, width=width, theme=THEMES["light"])
            assert covering(items) == []
            assert outside(items, width, height) == []


def test_lengths_are_counted() -> None:
    told = loader_told(loader(Notes(), batch_size=2)).epoch
    assert [(bar.low, bar.count) for bar in length_bars(told)] == [
        (3, 1), (4, 1), (5, 1), (6, 1), (7, 1),
    ]  # fmt: skip
    same = loader_told(DataLoader(TensorDataset(torch.rand(4, 3)))).epoch
    assert length_bars(same) == ()


class Reader(HTMLParser):
    """What a page asks of the network, and whether its parts are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_web_page_is_whole_and_needs_no_network(letters: LoaderTold) -> None:
    text = preview_html(letters)
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert all(link.startswith("data:image/png") for link in reader.links)
    assert "<script" not in text
    assert text.count("<td>batch[0]</td>") == 2
    assert len(re.findall('class="wide"', text)) == len(re.findall('class="narrow"', text)) > 5
    assert preview_html(letters) == text


def test_names_are_never_markup() -> None:
    class Hostile(Notes):
        texts = ("<script>alert(1)</script>",) * 5  # type: ignore[assignment]
        labels = ('"><img src=x onerror=alert(1)>',) * 5  # type: ignore[assignment]

    text = preview_html(loader_told(loader(Hostile(), batch_size=2)))
    assert "<script" not in text
    assert "<img" not in text


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "html"])
def test_files_are_equal_from_run_to_run(tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{name}.{suffix}" for name in ("one", "two")]
    for file in files:
        gradviz.preview(loader(Letters(), batch_size=4, shuffle=True), file, batches=1)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert i18n.language() == "en"


def test_datasets_batches_and_streams_can_be_given(tmp_path: Path) -> None:
    things: list[Any] = [
        Letters(), {"x": torch.rand(3, 2)}, Endless(), torch.rand(2, 3, 8, 8), (["a"], [1]),
        gradviz.watch_loader(DataLoader(Notes())),
    ]  # fmt: skip
    for number, thing in enumerate(things):
        gradviz.preview(thing, tmp_path / f"{number}.svg", batches=1, lang="ko")
        assert (tmp_path / f"{number}.svg").stat().st_size > 1000


def test_a_wrong_argument_is_told_before_anything_is_read(tmp_path: Path) -> None:
    stream = Endless()
    for name, options in (
        ("a.gif", {}), ("a.png", {"theme": "pink"}), ("a.png", {"scale": -1}),
        ("a.png", {"batches": 0}),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            gradviz.preview(stream, tmp_path / name, **options)  # type: ignore[arg-type]
    assert stream.asked == 0

    class Bad(Notes):
        def __getitem__(self, index: int) -> Any:
            raise ValueError("broken")

    with pytest.raises(DataError):
        gradviz.preview(Bad(), tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_previews_alone_make_a_drawing(letters: LoaderTold) -> None:
    previews = [part.preview for part in letters.batches[0].parts]
    page = draw_previews(previews, THEMES["light"], title="batch of 16")
    assert texts(page.items)[0] == "batch of 16"
    assert covering(page.items) == []


def test_odd_names_are_drawn(odd: str, tmp_path: Path) -> None:
    class Odd(Notes):
        texts = (odd,) * 5  # type: ignore[assignment]
        labels = (odd, "b", odd, "b", odd)  # type: ignore[assignment]

    told = loader_told(loader(Odd(), batch_size=2), name=odd)
    page = draw_page(told, THEMES["light"])
    assert covering(page.items) == []
    assert outside(page.items, page.width, page.height) == []
    for suffix in (".html", ".svg"):
        write_page(told, tmp_path / f"odd{suffix}")
        assert (tmp_path / f"odd{suffix}").stat().st_size > 1000
