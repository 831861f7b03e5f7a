from __future__ import annotations

import json
import math
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.errors import LayoutError
from gradviz.render.arrange import arrange as arranging
from gradviz.render.arrange.arrange import arrange
from gradviz.render.graphviz import engines
from gradviz.render.graphviz.positions import layout_of
from gradviz.render.layout.layout import Layout, Place
from gradviz.render.memory import Memory
from gradviz.render.scene.scene import Scene, scene_of
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace

Chain = Callable[[int], AutogradGraph]
posix = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are shell scripts")


def fake(folder: Path, script: str) -> str:
    """An executable that stands in for Graphviz."""
    file = folder / "engine"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    """The pairs of cards that lie on each other."""
    found = []
    places = [*layout.places, *(copy.place for copy in layout.copies)]
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if (
                one.x < other.x + other.card.width
                and other.x < one.x + one.card.width
                and one.y < other.y + other.card.height
                and other.y < one.y + one.card.height
            ):
                found.append((one.card.title, other.card.title))
    return found


def check(scene: Scene, layout: Layout) -> None:
    """What holds of every layout, whoever made it."""
    assert [place.card for place in layout.places] == list(scene.cards)
    assert [route.edge for route in layout.routes] == list(scene.edges)
    assert overlaps(layout) == []
    for place in layout.places:
        assert -0.05 <= place.x <= layout.width - place.card.width + 0.05
        assert -0.05 <= place.y <= layout.height - place.card.height + 0.05
    places: dict[int, list[Place]] = {}
    for place in layout.places:
        places.setdefault(place.card.id, []).append(place)
    for copy in layout.copies:
        places[copy.original].append(copy.place)
    for route in layout.routes:
        assert len(route.points) % 3 == 1
        assert len(route.lane) == len(route.points)
        for point, id in (
            (route.points[0], route.edge.producer),
            (route.points[-1], route.edge.consumer),
            (route.lane[0], route.edge.consumer),
            (route.lane[-1], route.edge.producer),
        ):
            assert any(
                place.x - 2 <= point[0] <= place.x + place.card.width + 2
                and place.y - 2 <= point[1] <= place.y + place.card.height + 2
                for place in places[id]
            )


@pytest.mark.parametrize("engine", [None, "layered"])
@pytest.mark.parametrize("name", ["moons", "letters", "residual"])
def test_cards_keep_clear_of_each_other(
    engine: str | None, name: str, request: pytest.FixtureRequest
) -> None:
    trace: Trace = request.getfixturevalue(name)
    scene = scene_of(trace.graphs[0])
    check(scene, arrange(scene, engine=engine))


def test_the_bundled_graphviz_does_it(scene: Scene) -> None:
    layout = arrange(scene)
    assert layout.engine.startswith("graphviz-pure ")
    assert layout.reason == ""


def test_frames_hold_their_cards(residual: Trace) -> None:
    layout = arrange(scene_of(residual.graphs[0]))
    frames = {place.frame.path: place for place in layout.frames}
    for place in layout.places:
        if not place.card.module:
            continue
        frame = frames[place.card.module]
        assert frame.x < place.x
        assert frame.y + 20 < place.y
        assert place.x + place.card.width < frame.x + frame.width
        assert place.y + place.card.height < frame.y + frame.height


def test_data_flows_straight_down(letters: Trace) -> None:
    layout = arrange(scene_of(letters.graphs[0]))
    spine = [place for place in layout.places if place.card.kind == "function"]
    middles = [p.x + p.card.width / 2 for p in spine if p.card.title != "t"]
    assert max(middles) - min(middles) < 2
    tops = [p.y for p in spine if p.card.title != "t"]
    assert tops == sorted(tops)


def test_a_long_edge_is_led_around(chain: Chain) -> None:
    graph = chain(20)
    edges = (*graph.edges, GraphEdge(1, 19, 1))
    scene = scene_of(AutogradGraph(graph.nodes, edges, graph.root))
    layout = arrange(scene)
    check(scene, layout)
    assert max(x for x, _ in layout.routes[-1].points) > max(
        place.x + place.card.width for place in layout.places
    )


@posix
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("kill -SEGV $$", "exit code -11"),
        ("echo 'no memory' >&2; exit 3", "exit code 3 .no memory"),
        ("echo hello", "no layout"),
        ("echo '{}'", "no layout"),
        ("""echo '{"bb": "0,0,nan,9"}'""", "no layout"),
        ("""echo '{"bb": "0,0,9,9", "objects": []}'""", "no layout"),
        ("sleep 60 & sleep 60", "more than 0.3 seconds"),
        ('printf \'{"bb": "0,0,90,90", "obj\'; kill -KILL $$', "exit code -9"),
        ('printf \'{"bb": "0,0,90,90", "obj\'', "no layout"),
    ],
)
def test_a_bad_engine_falls_back_and_says_why(
    scene: Scene, tmp_path: Path, script: str, said: str
) -> None:
    began = time.monotonic()
    layout = arrange(scene, engine=fake(tmp_path, script), limit=0.3)
    assert time.monotonic() - began < 5
    assert layout.engine == "layered"
    assert re.search(said, layout.reason)
    check(scene, layout)


@posix
@pytest.mark.parametrize("whole", [0, 1000], ids=["call by call", "in one piece"])
def test_an_engine_ends_when_nobody_waits_for_it(whole: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = torch.nn.ModuleDict({name: torch.nn.Linear(2, 2) for name in "ab"})
    with gradviz.record(model) as trace:
        (model["a"](torch.ones(1, 2)) + model["b"](torch.ones(1, 2))).sum().backward()
    scene = scene_of(trace.graphs[0], folding="none")
    runs = tmp_path / "runs"
    engine = fake(tmp_path, f"echo $$ > {runs}.new; mv {runs}.new {runs}; sleep 60 & sleep 60")
    with pytest.raises(engines.GivenUpError), engines.unless(runs.exists):
        arrange(scene, engine=engine, limit=60, whole=whole)
    with pytest.raises(ProcessLookupError):
        os.kill(int(runs.read_text()), 0)


def test_a_missing_engine_falls_back_and_says_why(scene: Scene) -> None:
    layout = arrange(scene, engine="/no/such/engine")
    assert layout.engine == "layered"
    assert "/no/such/engine" in layout.reason


@posix
def test_a_file_that_is_no_program_falls_back(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "engine"
    file.write_bytes(b"\x7fELF nonsense")
    file.chmod(0o755)
    assert arrange(scene, engine=str(file)).engine == "layered"


@posix
def test_the_next_engine_is_tried(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engines.engines()[0]
    bad = engines.Engine("bad", fake(tmp_path, "exit 1"))
    monkeypatch.setattr(engines, "engines", lambda wanted: (bad, real))
    monkeypatch.setattr(arranging, "_attempts", Memory(10**6))
    layout = arrange(scene)
    assert layout.engine == real.name
    assert "bad" in layout.reason


def test_the_environment_chooses_the_engine(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engines.VARIABLE, "layered")
    layout = arrange(scene)
    assert (layout.engine, layout.reason) == ("layered", "")


@posix
def test_a_layout_is_computed_once(scene: Scene, tmp_path: Path) -> None:
    path = engines.engines()[0].path
    engine = fake(tmp_path, f"echo run >> {tmp_path}/runs; exec {path} $*")
    first = arrange(scene, engine=engine)
    assert arrange(scene, engine=engine) == first
    assert (tmp_path / "runs").read_text() == "run\n"


def test_sizes_that_are_no_numbers_are_refused(scene: Scene) -> None:
    objects = [{"name": f"n{n}", "pos": "inf,0"} for n in range(len(scene.cards))]
    output = json.dumps({"bb": "0,0,9,9", "objects": objects}).encode()
    with pytest.raises(LayoutError):
        layout_of(scene, output, engine="test")


def test_no_graph_is_an_empty_layout() -> None:
    layout = arrange(scene_of(AutogradGraph((), (), None)))
    assert (layout.width, layout.height, layout.places) == (0.0, 0.0, ())


def test_a_loop_does_not_hang_the_plain_layout() -> None:
    nodes = tuple(GraphNode(number, "AddBackward0", "", "add", ()) for number in range(3))
    edges = (GraphEdge(0, 1, 0), GraphEdge(1, 2, 0), GraphEdge(2, 1, 1))
    layout = arrange(scene_of(AutogradGraph(nodes, edges, 2)), engine="layered")
    assert len(layout.places) == 3


def test_a_deep_chain_is_laid_out_without_recursion(chain: Chain) -> None:
    scene = scene_of(chain(3000), folding="none")
    layout = arrange(scene, engine="layered")
    assert all(math.isfinite(place.y) for place in layout.places)
    assert layout.height > 3000 * 60
