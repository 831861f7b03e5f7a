"""The page that holds everything: what is in it, and that nothing gets out or in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.errors import UsageError
from gradviz.render.play import play
from gradviz.render.render import render
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace


def data(page: str) -> dict:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert match
    return json.loads(match[1])  # type: ignore[no-any-return]


def told(page: str, place: int, title: str) -> list[str]:
    """The lines of the node of that title."""
    held = data(page)
    for numbers in held["told"][place].values():
        lines = [held["notes"][number] for number in numbers]
        if lines[0] == title:
            return lines
    raise KeyError(title)


def test_a_page_steps_through_all_moments_in_light_and_dark(moons: Trace, tmp_path: Path) -> None:
    played = play(moons, tmp_path / "a.html", first="0/start", last="0/end", fold="none")
    page = (tmp_path / "a.html").read_text()
    held = data(page)
    assert played.pictures == len(held["titles"]) == len(held["told"]) == 26
    assert [look["name"] for look in held["looks"]] == ["light", "dark"]
    for look in held["looks"]:
        assert len(look["frames"]) == 26
        shown = "".join(held["pieces"][piece] for piece in look["frames"][25])
        assert shown.count("data-node=") == len(moons.graphs[0].nodes)
        assert look["background"] in ("#ffffff", "#15191f")
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
        assert [look["name"] for look in data(page)["looks"]] == ["print"]


def test_a_page_of_some_moments_has_just_these(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at=["0/forward:end", "0/end"])
    assert len(data((tmp_path / "a.html").read_text())["titles"]) == 2


def test_a_page_needs_nothing_from_outside(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at="end", lang="ko")
    page = (tmp_path / "a.html").read_text()
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)\s*=|@import|url\((?!#hatch)""", page)
    assert set(re.findall(r"https?://[^\"'<\\ ]*", page)) == {"http://www.w3.org/2000/svg"}
    assert '<html lang="ko"' in page
    assert "전체 보기" in page


def test_names_cannot_break_out_of_a_page(odd: str, tmp_path: Path) -> None:
    name = f'</script><script>alert("x")</script><img src=x onerror=alert(1)>{odd}'
    nodes = (
        GraphNode(0, "AccumulateGrad", name, name, (1,), name),
        GraphNode(1, name, name, name, ()),
    )
    graph = AutogradGraph(nodes, (GraphEdge(0, 1, 0),), 1)
    render(graph, tmp_path / "a.html", fold="none")
    page = (tmp_path / "a.html").read_text()
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert any("onerror" in note for note in data(page)["notes"])


def test_the_same_page_has_the_same_bytes(moons: Trace, tmp_path: Path) -> None:
    for name in ("a", "b"):
        play(moons, tmp_path / f"{name}.html", first="0/backward:1", last="0/backward:3")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_folded_box_tells_what_is_written_on_it(tmp_path: Path) -> None:
    model = torch.nn.Sequential(*[torch.nn.Linear(2, 2) for _ in range(6)])
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2)).sum().backward()
    render(trace, tmp_path / "a.html", at="end", fold=0)
    held = data((tmp_path / "a.html").read_text())
    shown = "".join(held["pieces"][piece] for piece in held["looks"][0]["frames"][0])
    drawn = set(re.findall(r'data-node="(\d+)"', shown))
    assert drawn - set(held["told"][0])


def test_a_page_has_no_size_and_some_moment(moons: Trace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zooms"):
        render(moons, tmp_path / "a.html", size="1280x720")
    with pytest.raises(UsageError, match="no moments"):
        render(moons, tmp_path / "a.html", at=[])
    assert list(tmp_path.iterdir()) == []
