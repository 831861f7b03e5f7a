"""A page in a real browser: what is seen, clicked, pressed and read out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradviz.render.play import play
from gradviz.render.render import render
from gradviz.render.search.find import find
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace
from tests.render.page.chromium import Chromium

PANE = ".pane:not([hidden])"
BOX = "[role=button][data-thing]"


@pytest.fixture
def page(chromium: Chromium, letters: Trace, tmp_path: Path) -> Iterator[Chromium]:
    """The example, folded, in both views."""
    render(letters, tmp_path / "a.html", at="backward:half", fold=0, view="both")
    chromium.open(tmp_path / "a.html")
    chromium.click("#fit")
    yield chromium
    assert chromium.problems == []


def count(page: Chromium, selector: str) -> int:
    return int(page.evaluate(f"document.querySelectorAll({selector!r}).length"))


def titles(page: Chromium, selector: str) -> Any:
    return page.evaluate(
        f"[...document.querySelectorAll({selector!r})].map(each => each.getAttribute('aria-label'))"
    )


def view(page: Chromium) -> list[float]:
    """What is seen of the last graph."""
    text = page.evaluate(
        "[...document.querySelectorAll('.pane svg')].pop().getAttribute('viewBox')"
    )
    return [float(number) for number in text.split()]


def test_a_page_shows_both_graphs_and_switches(page: Chromium) -> None:
    assert count(page, PANE) == 2
    assert page.evaluate("document.querySelectorAll('.pane svg text').length > 20")
    page.click("#views [data-view=modules]")
    assert count(page, PANE) == 1
    page.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.view") == "autograd"
    assert titles(page, PANE)[0].startswith("Autograd graph")


def test_a_click_chooses_a_box_in_both_graphs_and_again_opens_it(page: Chromium) -> None:
    box = f".pane[data-view=autograd] {BOX}"
    before = count(page, ".pane[data-view=autograd] [data-thing]")
    page.click(box)
    assert count(page, ".pane[data-view=autograd] .chosen[data-thing]") == 1
    assert count(page, ".pane[data-view=modules] .chosen[data-thing]") >= 1
    page.click(box)
    assert count(page, ".pane[data-view=autograd] [data-thing]") > before
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.press("Backspace")
    assert count(page, ".pane[data-view=autograd] [data-thing]") == before
    page.press("Escape")
    assert count(page, ".chosen") == 0


def test_the_sign_of_a_box_opens_it_at_once_and_it_stays_where_it_was(page: Chromium) -> None:
    sign = f".pane[data-view=autograd] {BOX} .touch"
    x, y = page.middle(sign)
    page.click(sign)
    after = page.middle("[data-open]:focus")
    assert after[1] == pytest.approx(y, abs=30)
    assert after[0] == pytest.approx(x, abs=160)


def test_keys_lead_through_the_graph(page: Chromium) -> None:
    page.click("#views [data-view=autograd]")
    assert count(page, f"{PANE} [tabindex='0']") == 1, "Tab comes once to each graph"
    page.evaluate(f"document.querySelector(\"{PANE} [tabindex='0']\").focus()")
    page.press("Tab")
    page.evaluate(f'document.querySelector("{PANE} [data-thing]").focus()')
    first = page.evaluate("document.activeElement.dataset.thing")
    page.press("ArrowDown")
    second = page.evaluate("document.activeElement.dataset.thing")
    assert second not in (None, first)
    page.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.thing") == first
    page.evaluate(f"document.querySelector('{PANE} {BOX}').focus()")
    page.press("Enter")
    assert page.evaluate("'open' in document.activeElement.dataset")
    page.press(" ")
    assert page.evaluate("'thing' in document.activeElement.dataset")
    near = view(page)
    page.press("+")
    assert view(page)[2] == pytest.approx(near[2] / 1.25)
    page.press("-")
    page.press("0")
    assert view(page)[:2] == [0, 0]


def test_the_wheel_and_the_hand_move_the_picture(page: Chromium) -> None:
    page.click("#views [data-view=autograd]")
    page.press("0")
    x, y = page.middle(f"{PANE} svg")
    whole = view(page)
    page.wheel(x, y, -100)
    closer = view(page)
    assert closer[2] == pytest.approx(whole[2] / 1.15)
    page.drag((x, y), (x + 60, y + 30))
    moved = view(page)
    assert moved[2:] == closer[2:]
    assert moved[0] < closer[0]
    assert moved[1] < closer[1]


def test_what_is_looked_for_is_numbered_and_gone_through(page: Chromium) -> None:
    page.click("#views [data-view=autograd]")
    page.press("/")
    page.write("conv2.weight")
    assert page.evaluate("find('count').value") == "1 found"
    assert count(page, f"{PANE} [data-thing].found") == 1, "the box that hides it"
    page.press("Enter")
    assert page.evaluate("find('count').value") == "1 / 1"
    (name,) = titles(page, f"{PANE} .found.chosen")
    assert name.startswith("conv2.weight"), "and now it is open"
    assert page.evaluate("find('status').textContent").startswith("conv2.weight")
    page.press("Escape")
    assert page.evaluate("find('sought').value + find('count').value") == ""
    assert count(page, ".found, .seeking") == 0


def test_a_box_tells_its_values_on_hover(page: Chromium) -> None:
    page.click("#fold")
    page.click("#fit")
    page.point(".pane[data-view=modules] [aria-label^='conv1: Conv2d']")
    told = page.evaluate("find('tip').innerText").split("\n")
    assert len(told) > 2
    assert not page.evaluate("find('tip').hidden")
    room = page.evaluate("(r => [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom])"
                         "(find('tip').getBoundingClientRect())")  # fmt: skip
    assert min(room) >= 0


@pytest.mark.parametrize("theme", ["auto", "light", "dark", "print"])
@pytest.mark.parametrize("dark", [False, True])
def test_colours_are_those_asked_for_or_the_readers(
    chromium: Chromium, moons: Trace, tmp_path: Path, theme: str, dark: bool
) -> None:
    render(moons, tmp_path / "a.html", theme=theme)
    chromium.open(tmp_path / "a.html", dark=dark)
    ground = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    night = theme == "dark" or (theme == "auto" and dark)
    assert ground == ("rgb(21, 25, 31)" if night else "rgb(255, 255, 255)")
    chromium.colours(dark=not dark)
    changed = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (changed != ground) == (theme == "auto")
    assert chromium.problems == []


def test_a_page_steps_through_an_iteration(
    chromium: Chromium, moons: Trace, tmp_path: Path
) -> None:
    play(moons, tmp_path / "a.html", first="0/start", last="0/end", lang="ko")
    chromium.open(tmp_path / "a.html")
    last = int(chromium.evaluate("find('place').max"))
    assert chromium.evaluate("find('told').value") == f"1 / {last + 1}"
    chromium.press("ArrowRight")
    chromium.press("ArrowRight")
    assert chromium.evaluate("find('place').value") == "2"
    chromium.press("End")
    assert chromium.evaluate("find('told').value") == f"{last + 1} / {last + 1}"
    chromium.press("Home")
    assert chromium.evaluate("find('place').value") == "0"
    assert chromium.problems == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 720)])
def test_a_page_fits_its_window(
    chromium: Chromium, letters: Trace, tmp_path: Path, width: int, height: int
) -> None:
    render(letters, tmp_path / "a.html", at="end", view="both")
    chromium.open(tmp_path / "a.html", width=width, height=height)
    assert chromium.evaluate("document.documentElement.scrollWidth") == width
    assert chromium.evaluate("document.documentElement.scrollHeight") == height
    share = chromium.evaluate("find('panes').offsetHeight / innerHeight")
    assert share > 0.6, "most of it is for the graphs"
    assert chromium.problems == []


def test_odd_names_are_shown_as_texts(chromium: Chromium, odd: str, tmp_path: Path) -> None:
    name = f"<img src=x onerror=alert(1)><script>alert(2)</script>{odd}"
    nodes = (
        GraphNode(0, "AccumulateGrad", name, name, (1,), name),
        GraphNode(1, name, name, name, ()),
    )
    render(AutogradGraph(nodes, (GraphEdge(0, 1, 0),), 1), tmp_path / "a.html", fold=0)
    chromium.open(tmp_path / "a.html")
    chromium.point("[data-thing]")
    assert "onerror" in chromium.evaluate("find('tip').innerText")
    assert chromium.problems == []
    assert count(chromium, "img, svg script, svg a") == 0


def test_a_query_and_a_way_are_pointed_out_from_the_start(
    chromium: Chromium, letters: Trace, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"at": "end", "fold": "none", "find": "norm > 0.2"}
    render(letters, tmp_path / "a.html", follow="conv1.weight", **options)
    chromium.open(tmp_path / "a.html")
    wanted = f"{len(find('norm > 0.2', letters.graphs[0], letters))} found"
    assert chromium.evaluate("find('count').value") == wanted
    assert count(chromium, f"{PANE} .wires .way") == 10
    chromium.press("Escape")
    assert count(chromium, f"{PANE} .way") == 0
    assert not chromium.evaluate("find('way').checkVisibility()")
    chromium.press("/")
    chromium.write("norm > 7")
    assert "--find" in chromium.evaluate("find('count').value")
    assert chromium.problems == []
