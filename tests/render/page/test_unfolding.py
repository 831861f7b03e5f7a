"""Boxes of a page opened and closed by the page's own script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch

import gradviz
from gradviz.render.render import render
from gradviz.trace.trace import Trace
from tests.render.page.script import Script
from tests.render.test_html import six_layers

Place = tuple[float, float, float, float]


class Page(Script):
    """A page whose cards can be looked at."""

    def cards(self) -> dict[int, Place]:
        """Where each closed box or node is."""
        found: dict[int, Place] = {}
        for group, x, y in placed(self.picture(), 0.0, 0.0):
            if "data-thing" in group.attrib:
                thing = self.book["things"][int(group.attrib["data-thing"])]
                found[int(group.attrib["data-thing"])] = (x, y, thing["w"], thing["h"])
        return found

    def wires(self) -> int:
        """How many arrows end on a card."""
        return sum(1 for each in self.picture().iter("polygon") if "edge" in each.attrib["fill"])


def placed(
    element: ElementTree.Element, x: float, y: float
) -> Iterator[tuple[ElementTree.Element, float, float]]:
    for child in element:
        match = re.match(r"translate\((\S+) (\S+)\)", child.attrib.get("transform", ""))
        dx, dy = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
        yield child, x + dx, y + dy
        yield from placed(child, x + dx, y + dy)


def apart(places: dict[int, Place]) -> bool:
    """Whether no two cards overlap."""
    known = sorted(places.values())
    return not any(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for place, a in enumerate(known)
        for b in known[place + 1 :]
    )


def test_a_page_looks_at_first_like_the_picture(moons: Trace, tmp_path: Path) -> None:
    page = Page(moons, tmp_path / "a.html", at="0/end")
    drawing = render(moons, tmp_path / "a.svg", at="0/end")
    assert drawing is not None
    picture = page.picture()
    assert page.wires() == len(moons.graphs[0].edges)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    path = "{http://www.w3.org/2000/svg}path"
    drawn = (each.attrib for each in picture.iter("path"))
    ours = [path["d"].count("C") for path in drawn if path["fill"] == "none"]
    theirs = [each.attrib["d"].count("C") for each in root.iter(path) if "data-edge" in each.attrib]
    assert sorted(ours) == sorted(theirs), "the same arrows of data and of gradients"


def test_a_box_opens_into_what_is_in_it_and_closes_again(tmp_path: Path) -> None:
    page = Page(six_layers(), tmp_path / "a.html", fold=0)
    before = page.cards()
    row = page.named("0 … 5 × 6")
    page.toggle(row)
    opened = page.cards()
    assert len(opened) == len(before) + 5
    assert row not in opened
    assert apart(opened)
    layer = page.named("3")
    page.toggle(layer)
    inside = page.cards()
    assert {page.title(n) for n in inside if n not in opened} == {
        "3.weight",
        "3.bias",
        "linear",
        "t",
    }
    assert apart(inside)
    assert page.wires() == 5 + 3 + 1, "between the six, in the open one, and to the loss"
    page.toggle(layer, row)
    assert page.cards() == before


def test_a_frame_that_was_open_closes_and_makes_room(residual: Trace, tmp_path: Path) -> None:
    page = Page(residual, tmp_path / "a.html", fold="none")
    before, tall = page.cards(), page.size[1]
    inner = page.named("inner")
    page.toggle(inner)
    after = page.cards()
    assert inner in after
    assert len(after) < len(before)
    assert apart(after)
    assert page.size[1] < tall
    page.toggle(inner)
    assert page.cards() == before


def test_what_is_above_an_opened_box_stays(tmp_path: Path) -> None:
    page = Page(six_layers(), tmp_path / "a.html", fold=0)
    row = page.named("0 … 5 × 6")
    page.toggle(row)
    before = page.cards()
    page.toggle(page.named("3"))
    after = page.cards()
    for title in ("0", "1", "2"):
        number = page.named(title)
        assert after[number][1] == before[number][1]
    number = page.named("4")
    assert after[number][1] > before[number][1]


@pytest.mark.parametrize("fold", [0, 1, "auto", "none"])
def test_everything_can_be_open_or_closed(letters: Trace, tmp_path: Path, fold: Any) -> None:
    page = Page(letters, tmp_path / "a.html", fold=fold)
    things = page.book["things"]
    page.fold_all(wide=True)
    everything = page.cards()
    assert apart(everything)
    nodes = {n for n, thing in enumerate(things) if "i" not in thing}
    assert set(everything) == nodes
    page.fold_all(wide=False)
    assert apart(page.cards())
    assert set(page.cards()) != nodes or fold == "none"


def test_arrows_reach_from_card_to_card_when_boxes_are_open(tmp_path: Path) -> None:
    """Each arrow's tip lies on the border of a card, and pieces meet at a box's border."""

    class Skip(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.body(x) + x  # type: ignore[no-any-return]

    model = torch.nn.Sequential(torch.nn.Linear(2, 2), Skip(), torch.nn.Linear(2, 3))
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2)).sum().backward()
    page = Page(trace, tmp_path / "a.html", fold=0, at="loss:end")
    page.fold_all(wide=True)
    cards = page.cards().values()
    tips = [
        tuple(float(value) + shift for value, shift in zip(corner, (x, y), strict=True))
        for element, x, y in placed(page.picture(), 0.0, 0.0)
        if element.tag == "polygon" and "edge" in element.attrib["fill"]
        for corner in (element.attrib["points"].split()[0].split(","),)
    ]
    assert len(tips) == len(trace.graphs[0].edges)
    for px, py in tips:
        assert any(
            x - 1 <= px <= x + w + 1
            and y - 1 <= py <= y + h + 1
            and min(abs(px - x), abs(px - x - w), abs(py - y), abs(py - y - h)) < 1
            for x, y, w, h in cards
        )
