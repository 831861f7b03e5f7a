"""What no sensible person would draw, in every kind of picture."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from PIL import Image
from PySide6.QtGui import QImage

import gradviz
from gradviz.render.arrange import arrange as arranging
from gradviz.render.drawing import Box, Text, flat
from gradviz.render.play import play
from gradviz.render.render import PICTURES, SUFFIXES, render
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from tests.render.conftest import ODD
from tests.render.page.script import data_of as data

NAMES = [name for name in ODD if name and "." not in name] + [
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "مرحبا שלום",
    "\u202eevil\u202c",
    "{{ 7 * 7 }} {% x %} ${alert(3)}`",
    " ",
    "%s %n {} {0}",
]


class Odd(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for name in NAMES:
            self.add_module(name, torch.nn.Linear(3, 3))
            self.register_parameter(f"own {name}", torch.nn.Parameter(torch.ones(3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for name in NAMES:
            x = torch.tanh(self._modules[name](x)) * self._parameters[f"own {name}"]  # type: ignore[misc]
        return x.sum()


@pytest.fixture(scope="module")
def oddly_named() -> Trace:
    torch.manual_seed(0)
    model = Odd()
    with gradviz.record(model) as trace:
        model(torch.ones(2, 3)).backward()
    return trace


@pytest.mark.parametrize("fold", ["auto", "none"])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_odd_names_in_every_kind_of_picture(
    oddly_named: Trace, tmp_path: Path, fold: str, lang: str
) -> None:
    for suffix in SUFFIXES:
        render(oddly_named, tmp_path / f"a{suffix}", at="end", fold=fold, lang=lang)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert any(word and "합성곱" in word for word in words) or fold == "auto"
    assert not QImage(str(tmp_path / "a.png")).isNull()
    page = (tmp_path / "a.html").read_text()
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "49" not in {thing.get("n") for book in data(page)["books"] for thing in book["things"]}
    dot = (tmp_path / "a.dot").read_text()
    assert dot.isascii()
    assert "alert" not in dot


def test_odd_names_in_a_film_and_in_files(oddly_named: Trace, tmp_path: Path) -> None:
    options = {"first": "backward:1", "last": "backward:3", "size": "640x480"}
    for suffix in (".gif", ".apng", ".webp"):
        play(oddly_named, tmp_path / f"a{suffix}", **options)  # type: ignore[arg-type]
        with Image.open(tmp_path / f"a{suffix}") as image:
            assert image.n_frames == 3  # type: ignore[attr-defined]
    name = "합성 🔥 {} \"'`$(x) <b>.svg"
    played = play(oddly_named, tmp_path / "new" / name, **options)  # type: ignore[arg-type]
    assert len(played.files) == 3
    assert all(file.stat().st_size for file in played.files)


def test_two_losses_are_drawn_side_by_side(tmp_path: Path) -> None:
    a, b = (torch.ones(2, requires_grad=True) for _ in range(2))
    with gradviz.record() as trace:
        torch.autograd.backward([(a * 2).sum(), (b * 3).sum()])
    for suffix in SUFFIXES:
        drawing = render(trace, tmp_path / f"a{suffix}", at="end", fold="none")
    drawing = render(trace, tmp_path / "a.svg", at="end")
    assert drawing is not None
    cards = [item for item in flat(drawing.items) if isinstance(item, Box) and item.height == 71]
    assert len({item.node for item in cards}) == 6
    for place, one in enumerate(cards):
        for other in cards[place + 1 :]:
            assert (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            )
    shown = {item.text for item in flat(drawing.items) if isinstance(item, Text)}
    assert {"4", "6"} <= shown


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_leaf_or_nothing_at_all_is_drawn(suffix: str, empty: bool, tmp_path: Path) -> None:
    file = tmp_path / f"a{suffix}"
    if empty:
        render(AutogradGraph((), (), None), file)
    else:
        with gradviz.record() as trace:
            torch.tensor(1.0, requires_grad=True).backward()
        drawing = render(trace, file, at="end")
        if drawing is not None and suffix in PICTURES:
            shown = {item.text for item in flat(drawing.items) if isinstance(item, Text)}
            assert {"leaf#1", "()", "‖grad‖", "1"} <= shown
    assert file.stat().st_size > 20


def test_numbers_of_every_kind_are_written(tmp_path: Path) -> None:
    nothing = torch.zeros(0, 3, requires_grad=True)
    scalar = torch.tensor(2.0, requires_grad=True)
    pair = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)
    bad = torch.tensor([float("nan"), float("inf")], requires_grad=True)
    losses = (
        lambda: nothing.sum() * scalar + (pair * pair.conj()).abs().sum() * scalar,
        lambda: (pair * 2).sum(),
        lambda: (bad * bad).sum(),
    )
    said = []
    for loss in losses:
        with gradviz.record() as trace:
            made = loss()
            made.backward(torch.ones_like(made))
        for suffix in SUFFIXES:
            render(trace, tmp_path / f"a{suffix}", at="end")
        drawing = render(trace, tmp_path / "a.svg", at="end")
        assert drawing is not None
        said.append({item.text for item in flat(drawing.items) if isinstance(item, Text)})
    assert {"(0, 3)", "()", "0", "30"} <= said[0]
    assert "8+2j" in said[1]
    assert "nan" in said[2]


@pytest.mark.skipif(sys.platform == "win32", reason="scripts are started by their first line")
def test_an_engine_that_is_killed_half_way_stops_no_picture(
    oddly_named: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "engine"
    script.write_text('#!/bin/sh\nhead -c 100 >/dev/null\nprintf \'{"bb": "0,0\'\nkill -9 $$\n')
    script.chmod(0o755)
    monkeypatch.setenv("GRADVIZ_ENGINE", str(script))
    monkeypatch.setattr(arranging, "_attempts", type(arranging._attempts)(4, weigh=lambda *_: 1))
    out = tmp_path / "out"
    out.mkdir()
    for suffix in SUFFIXES:
        drawing = render(oddly_named, out / f"a{suffix}", at="end", fold=0)
        assert drawing is None or "engine" in drawing.note
    play(oddly_named, out / "a.gif", first="backward:1", last="backward:2", size="640x480")
    assert {file.name for file in out.iterdir()} == {f"a{each}" for each in (*SUFFIXES, ".gif")}
    held = data((out / "a.html").read_text())
    assert len(held["books"][0]["insets"]) > 1, "what is in the boxes is laid out all the same"
    assert not re.search(r"nan|inf", str(held["geometries"]))
