"""The page that holds everything: what is in it, and that nothing gets out or in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.errors import UsageError
from gradviz.render.arrange import insets
from gradviz.render.play import play
from gradviz.render.render import render
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace
from tests.render.page.script import data_of as data


def noted(changes: list[list[Any]], moment: int) -> Any:
    """What was last noted by a moment."""
    return next((what for start, what in reversed(changes) if start <= moment), None)


def book_of(held: dict[str, Any], view: str = "autograd", moment: int = 0) -> dict[str, Any]:
    """What is known of one graph."""
    return held["books"][held["moments"][moment]["books"][view]]  # type: ignore[no-any-return]


def piece(held: dict[str, Any], number: int) -> str:
    """A piece of SVG."""
    return "".join(held["parts"][part] for part in held["pieces"][number])


def told(page: str, moment: int, title: str, view: str = "autograd") -> list[str]:
    """The lines of the node of that title."""
    held = data(page)
    for thing in book_of(held, view, moment)["things"]:
        numbers = [*thing.get("q", ()), *(noted(thing.get("t", []), moment) or ())]
        lines = [held["notes"][number] for number in numbers]
        if lines[:1] == [title]:
            return lines
    raise KeyError(title)


def test_a_page_steps_through_all_moments_in_light_and_dark(moons: Trace, tmp_path: Path) -> None:
    played = play(moons, tmp_path / "a.html", first="0/start", last="0/end", fold="none")
    page = (tmp_path / "a.html").read_text()
    held = data(page)
    assert played.pictures == len(held["moments"]) == 26
    assert held["looks"] == ["light", "dark"]
    assert len(held["books"]) == 2, "one for each graph"
    nodes = [thing for thing in book_of(held)["things"] if "i" not in thing]
    assert len(nodes) == len(moons.graphs[0].nodes)
    for thing in nodes:
        looks = [piece(held, noted(thing["p"], moment)) for moment in (0, 25)]
        assert "ahead_fill" in looks[0]
        assert "ahead_fill" not in looks[1]
    for theme, ground in (("light", "#ffffff"), ("dark", "#15191f")):
        assert re.search(rf'\[data-theme="{theme}"\].*--background: {ground};', page)
    assert 'max="25"' in page


def test_a_page_tells_the_values_that_torch_computed(moons: Trace, tmp_path: Path) -> None:
    play(moons, tmp_path / "a.html", first="0/start", last="0/end", fold="none")
    page = (tmp_path / "a.html").read_text()
    grad = moons.at("0/end").grads["fc1.weight"]
    assert grad is not None
    line = next(line for line in told(page, 25, "fc1.weight") if line.startswith(".grad"))
    for number in (grad.min(), grad.mean(), grad.max(), grad.norm()):
        assert f" {number.item():.3g}"[:5] in line
    assert told(page, 0, "fc1.weight") == ["fc1.weight", "AccumulateGrad", "fc1", "(8, 2)"]


def test_a_page_of_one_moment_has_no_slider(moons: Trace, tmp_path: Path) -> None:
    for at in (None, "backward:half"):
        render(moons, tmp_path / "a.html", at=at, theme="print")
        page = (tmp_path / "a.html").read_text()
        assert 'type="range"' not in page
        assert data(page)["looks"] == ["print"]


def test_a_page_of_some_moments_has_just_these(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at=["0/forward:end", "0/end"])
    assert len(data((tmp_path / "a.html").read_text())["moments"]) == 2


def test_equal_graphs_of_two_iterations_are_in_a_page_once(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at=["0/end", "1/end"])
    held = data((tmp_path / "a.html").read_text())
    assert len(held["books"]) == 2
    for book in held["books"]:
        changed = [thing for thing in book["things"] if len(thing["p"]) == 2]
        assert changed, "the second iteration has other gradients"


def test_a_page_needs_nothing_from_outside(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at="end", lang="ko")
    page = (tmp_path / "a.html").read_text()
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)\s*=|@import|url\((?!#hatch)""", page)
    assert set(re.findall(r"https?://[^\"'<\\ ]*", page)) == {"http://www.w3.org/2000/svg"}
    assert '<html lang="ko"' in page
    assert "전체 보기" in page


def test_a_printer_gets_black_on_white(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", theme="dark")
    page = (tmp_path / "a.html").read_text()
    printed = page[page.index("@media print") :]
    assert "--text: #000000;" in printed[: printed.index("</style>")]


def test_names_cannot_break_out_of_a_page(odd: str, tmp_path: Path) -> None:
    name = f'</script><script>alert("x")</script><img src=x onerror=alert(1)>{odd}'
    nodes = (
        GraphNode(0, "AccumulateGrad", name, name, (1,), name),
        GraphNode(1, name, name, name, ()),
    )
    graph = AutogradGraph(nodes, (GraphEdge(0, 1, 0),), 1)
    for fold in ("none", 0):
        render(graph, tmp_path / "a.html", fold=fold)
        page = (tmp_path / "a.html").read_text()
        assert page.count("</script>") == 2
        assert "<img" not in page
        held = data(page)
        assert any("onerror" in note for note in held["notes"])
        assert not any("<img" in part or "<script" in part for part in held["parts"])


def test_the_same_page_has_the_same_bytes(moons: Trace, tmp_path: Path) -> None:
    for name in ("a", "b"):
        play(moons, tmp_path / f"{name}.html", first="0/backward:1", last="0/backward:3")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_folded_box_tells_what_is_written_on_it(tmp_path: Path) -> None:
    render(six_layers(), tmp_path / "a.html", at="end", fold=0)
    book = book_of(data((tmp_path / "a.html").read_text()))
    boxes = [thing for thing in book["things"] if "i" in thing]
    assert boxes
    assert all("t" not in thing and "parameters" in thing["n"] for thing in boxes)


def test_each_module_call_is_in_a_page_once(tmp_path: Path) -> None:
    """Whatever is folded at first, and however it may be unfolded."""
    trace = six_layers()
    for fold in (0, "none"):
        render(trace, tmp_path / "a.html", at="end", fold=fold)
        held = data((tmp_path / "a.html").read_text())
        nodes = [thing for thing in book_of(held)["things"] if "i" not in thing]
        assert len(nodes) == len(trace.graphs[0].nodes)
    render(trace, tmp_path / "a.html", at="end", fold=0)
    held = data((tmp_path / "a.html").read_text())
    assert len(book_of(held)["insets"]) == 8, "all, the row of six, and each of them"
    insets = [inset for book in held["books"] for inset in book["insets"]]
    assert len(held["geometries"]) < len(insets) - 2, "equal ones are written once"


def test_a_page_of_a_huge_graph_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insets, "MOST", 10)
    render(six_layers(), tmp_path / "a.html", at="end", fold=0)
    book = book_of(data((tmp_path / "a.html").read_text()))
    assert len(book["insets"]) == 3
    assert len(book["things"]) == 12


def test_a_page_has_no_size_and_some_moment(moons: Trace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zooms"):
        render(moons, tmp_path / "a.html", size="1280x720")
    with pytest.raises(UsageError, match="no moments"):
        render(moons, tmp_path / "a.html", at=[])
    assert list(tmp_path.iterdir()) == []


def six_layers() -> Trace:
    model = torch.nn.Sequential(*[torch.nn.Linear(2, 2) for _ in range(6)])
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2)).sum().backward()
    return trace
