"""Finding in a page: what Python told, and what the page's script looks for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.render.render import render
from gradviz.render.search.find import find
from gradviz.render.search.follow import follow
from gradviz.render.web import shelf
from gradviz.trace.forward import module_graph
from gradviz.trace.trace import Trace
from tests.render.page.script import Script, data_of
from tests.render.test_ghosts import Net


@pytest.fixture(scope="module")
def net() -> Trace:
    torch.manual_seed(0)
    model = Net()
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    return trace


def found(page: Script, text: str, moment: int = 0) -> Any:
    """The titles of what is found, and why; None for what the page cannot answer."""
    asked = f"sought(data, book, {moment}, {text!r})"
    pairs = page.ask(f"{asked} && [...{asked}]")
    if pairs is None:
        return None
    return {page.title(thing): why for thing, why in pairs}


STATES = ["no grad", "frozen", "cut", "unused", "nan", "shared", "leaf", "Gradient is None"]


@pytest.mark.parametrize("text", STATES)
@pytest.mark.parametrize("fold", ["none", 0])
def test_states_are_those_that_python_finds(
    net: Trace, tmp_path: Path, text: str, fold: Any
) -> None:
    page = Script(net, tmp_path / "a.html", fold=fold)
    ours = found(page, text)
    theirs = {match.why for match in find(text.lower(), net.graphs[0], net)}
    assert set(ours.values()) == theirs
    assert bool(ours) == bool(theirs)


@pytest.mark.parametrize("text", ["relu", "fc1.weight", "AddmmBackward0", "fc 2", "3, 8", "mul"])
def test_words_are_those_that_python_finds(net: Trace, tmp_path: Path, text: str) -> None:
    page = Script(net, tmp_path / "a.html", fold="none")
    graph = net.graphs[0]
    theirs = {
        graph.by_id[match.node].variable or graph.by_id[match.node].name
        for match in find(text, graph, net)
        if match.node is not None
    }
    notes = page.data["notes"]
    things = page.ask(f"[...sought(data, book, 0, {text!r}).keys()]")
    shown = [[notes[n] for n in page.book["things"][thing]["q"]] for thing in things]
    assert {lines[0] if lines[1] == "AccumulateGrad" else lines[1] for lines in shown} >= theirs
    assert theirs


def test_a_condition_is_answered_if_the_page_was_asked_for_it(net: Trace, tmp_path: Path) -> None:
    page = Script(net, tmp_path / "a.html", fold="none")
    assert found(page, "norm > 1") is None
    page = Script(net, tmp_path / "a.html", fold="none", find="norm  > 1")
    theirs = find("norm > 1", net.graphs[0], net)
    assert list(found(page, "norm > 1").values()) == [match.why for match in theirs]
    assert 'value="norm  &gt; 1"' in (tmp_path / "a.html").read_text()


def test_modules_are_found_too(net: Trace, tmp_path: Path) -> None:
    page = Script(net, tmp_path / "a.html", view="modules", fold=0, find="norm > 1")
    modules = module_graph(net)
    assert modules is not None
    theirs = find("norm > 1", modules, net)
    assert [*found(page, "norm > 1").values()] == [match.why for match in theirs]
    assert set(found(page, "frozen")) == {"mid: Linear", "0: Linear", "2: Linear"}
    assert set(found(page, "fc2.bias")) == {"fc2: Linear"}, "by what it uses"


def test_the_answers_are_those_of_the_moment(net: Trace, tmp_path: Path) -> None:
    page = Script(net, tmp_path / "a.html", fold="none", at=["start", "end"])
    assert "fc1.weight" in found(page, "no grad", 0)
    assert "fc1.weight" not in found(page, "no grad", 1)


def test_what_is_found_in_a_closed_box_marks_the_box(net: Trace, tmp_path: Path) -> None:
    page = Script(net, tmp_path / "a.html", fold=0)
    box = page.named("fc1")
    asked = 'sought(data, book, 0, "fc1.weight")'
    assert page.ask(f"[...seen(book, {asked}, open)]") == [[box, [1]]]
    page.toggle(box)
    leaf = page.named("fc1.weight", opens=False)
    assert page.ask(f"[...seen(book, {asked}, open)]") == [[leaf, [1]]]
    page.toggle(box)
    page.ask(f"reveal(book, {leaf}, open)")
    assert leaf in page.ask("[...book.things.keys()].filter(n => shown(book, n, open) === n)")


def test_numbers_on_a_box_are_written_as_in_a_picture(net: Trace, tmp_path: Path) -> None:
    from gradviz.render.pages.marks import numbered

    page = Script(net, tmp_path / "a.html")
    for numbers in ([3], [3, 4, 5], [1, 4, 9]):
        assert page.ask(f"numbered({numbers})") == numbered(numbers)


def test_a_way_is_pointed_out(net: Trace, tmp_path: Path) -> None:
    page = Script(net, tmp_path / "a.html", fold="none", follow="fc1.weight")
    way = follow("fc1.weight", net.graphs[0])
    nodes = [n for n in page.book["way"]["things"] if "i" not in page.book["things"][n]]
    assert len(nodes) == len(way.way.nodes)
    lit = [g for g in page.picture().iter("g") if g.attrib.get("class") == "way"]
    assert len(lit) == len(way.way.edges)
    assert "from fc1.weight to the loss" in (tmp_path / "a.html").read_text()
    page.ask("open.following = false")
    assert not [g for g in page.picture().iter("g") if g.attrib.get("class") == "way"]


def test_of_too_much_only_what_was_asked_for_is_told(
    net: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST", 3)
    page = Script(net, tmp_path / "a.html", fold="none", find="frozen or relu")
    assert found(page, "no grad") is None
    assert found(page, "frozen or relu")


def test_both_languages_are_understood(net: Trace, tmp_path: Path) -> None:
    render(net, tmp_path / "a.html", at="end", lang="ko")
    held = data_of((tmp_path / "a.html").read_text())
    asked = [each["asked"] for each in held["books"][0]["answers"]]
    assert any("frozen" in each and len(each) > 3 for each in asked)
