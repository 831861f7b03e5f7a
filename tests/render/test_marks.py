"""What was found and ways, pointed out in pictures and printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gradviz
from gradviz.cli import run
from gradviz.errors import UsageError
from gradviz.render.drawing import Box, Curve, Drawing, Text, flat
from gradviz.render.pages.marks import PALE, marks_of
from gradviz.render.render import picture
from gradviz.render.scene.scene import scene_of
from gradviz.render.theme import LIGHT, THEMES
from gradviz.trace.trace import Trace


def outlined(drawing: Drawing, accent: str = LIGHT.accent) -> set[int | None]:
    """The nodes around whose card an outline is drawn."""
    boxes = [item for item in flat(drawing.items) if isinstance(item, Box)]
    return {box.node for box in boxes if box.stroke == accent and box.stroke_width == 3}


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_found_is_outlined_and_numbered_and_the_rest_pale(
    letters: Trace, theme: str
) -> None:
    drawing = picture(letters, find="relu", at="end", theme=theme)
    relus = [node.id for node in letters.graphs[0].nodes if node.op == "relu"]
    assert outlined(drawing, THEMES[theme].accent) == set(relus)
    numbers = {
        item.node: item.text
        for item in flat(drawing.items)
        if isinstance(item, Text) and item.colour == THEMES[theme].accent_text
    }
    assert numbers == dict(zip(relus, "12", strict=True))
    for item in flat(drawing.items):
        if isinstance(item, Text) and item.node is not None:
            assert item.opacity == (1.0 if item.node in relus else PALE)
    assert any(
        isinstance(item, Text) and item.text == "“relu”: 2 found" for item in flat(drawing.items)
    )


def test_a_way_lights_its_nodes_and_edges(letters: Trace) -> None:
    graph = letters.graphs[0]
    drawing = picture(letters, follow="conv2.weight", at="end")
    on_it = outlined(drawing)
    assert {graph.by_id[id].variable for id in on_it if id is not None} == {None, "conv2.weight"}
    assert graph.root in on_it
    lit = {
        item.edge
        for item in flat(drawing.items)
        if isinstance(item, Curve) and item.edge and item.opacity == 1
    }
    assert {(first, last) for first, last, _slot in lit} == {
        (edge.producer, edge.consumer)
        for edge in graph.edges
        if edge.producer in on_it and edge.consumer in on_it
    }


def test_a_folded_box_says_how_many_are_in_it(letters: Trace) -> None:
    scene = scene_of(letters.graphs[0], folding=0)
    marks = marks_of(scene, letters.graphs[0], letters, sought="param: conv")
    assert marks is not None
    titles = {card.id: card.title for card in scene.cards}
    assert {titles[id]: text for id, text in marks.cards.items()} == {
        "conv1": "1–2",
        "conv2": "3–4",
    }
    way = marks_of(scene, letters.graphs[0], letters, way="conv2..fc1")
    assert way is not None
    assert len(way.edges) == len(way.cards) - 1 == 4


def test_a_moment_before_backward_finds_no_gradient(letters: Trace) -> None:
    assert outlined(picture(letters, find="norm > 0", at="forward:end")) == set()
    assert len(outlined(picture(letters, find="norm > 0", at="end"))) == len(
        letters.graphs[0].nodes
    )


def test_on_a_slide_and_a_sheet(letters: Trace, tmp_path: Path) -> None:
    file = tmp_path / "slide.svg"
    gradviz.render(letters, file, find="fc1", at="end", size="1280x720", whole=True)
    assert "“fc1”: 4 found" in file.read_text(encoding="utf-8")
    gradviz.render(letters, file, find="fc1", at=["forward:end", "end"])
    assert file.read_text(encoding="utf-8").count("“fc1”: 4 found") == 2


@pytest.mark.parametrize("name", ["graph.dot", "film.gif"])
def test_only_pictures_point_out(letters: Trace, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="in pictures only"):
        gradviz.render(letters, tmp_path / name, find="relu")
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_prints_what_it_points_out(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "graph.svg"
    asked = ["graph", str(examples / "moons_mlp.gradviz"), "-o", str(file)]
    assert run([*asked, "--find", "leaf and fc1", "--path", "fc1.weight"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("from fc1.weight to the loss: ")
    at = said.index("“leaf and fc1”: 2 found")
    assert said[at + 1].split()[:2] == ["1", "fc1.bias"]
    assert said[-1] == str(file)
    assert run([*asked, "--find", "norm > 0 and op: tanh", "--path", "..fc1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [match["op"] for match in told["matches"]] == ["tanh"]
    assert told["matches"][0]["why"].startswith("norm = ")
    assert {node["module"] for node in told["path"]} == {"fc1"}


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--find", "nrm > 1", "no name “nrm”"),
        ("--find", "colour: red", "no “colour”"),
        ("--path", "fc9", "the graph has no fc9"),
    ],
)
def test_what_cannot_be_asked_writes_nothing(
    option: str,
    text: str,
    said: str,
    examples: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "graph.svg"
    project = str(examples / "moons_mlp.gradviz")
    assert run(["graph", project, "-o", str(file), option, text]) == 2
    assert said in capsys.readouterr().err
    assert not file.exists()


def test_a_saved_trace_is_searched_too(
    moons: Trace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.gvtrace"
    moons.save(file)
    asked = ["graph", str(file), "-o", str(tmp_path / "g.svg"), "--find", "tanh", "--json"]
    assert run(asked) == 0
    assert [match["op"] for match in json.loads(capsys.readouterr().out)["matches"]] == ["tanh"]
