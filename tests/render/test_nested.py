from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.render.arrange import arrange as arranging
from gradviz.render.arrange.arrange import arrange
from gradviz.render.folds.calls import Calls
from gradviz.render.folds.fold import everything
from gradviz.render.graphviz import engines
from gradviz.render.layout.layout import Layout
from gradviz.render.levels.levels import levels_of
from gradviz.render.scene.scene import scene_of
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace
from tests.benchmarks.models import CellLoop, DenseNet, Gates, ResNet, loss_of, small_gpt
from tests.render.test_arrange import check, fake, posix
from tests.render.test_gallery import PlainRNN


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    for memory in (arranging._attempts, arranging._failures, arranging._boxes):
        memory.clear()


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small scenes are laid out call by call too."""
    monkeypatch.setattr(arranging, "WHOLE", 0)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many DOT texts each run of an engine got."""
    counts: list[int] = []
    real = engines.run

    def run(engine: engines.Engine, dot: str, *, limit: float, spent: float) -> bytes:
        counts.append(dot.count("digraph"))
        return real(engine, dot, limit=limit, spent=spent)

    monkeypatch.setattr(engines, "run", run)
    return counts


def graph_of(model: torch.nn.Module, x: torch.Tensor) -> AutogradGraph:
    torch.manual_seed(0)
    with gradviz.record(model) as trace:
        loss_of(model(x), torch.zeros(len(x), dtype=torch.long)).backward()
    return trace.graphs[0]


@pytest.fixture(scope="module")
def resnet() -> AutogradGraph:
    return graph_of(ResNet((2, 6), width=4), torch.randn(2, 3, 16, 16))


def inside(layout: Layout) -> None:
    """Cards and frames lie in the frames that are around them."""
    frames = {place.frame.path: place for place in layout.frames}
    for place in layout.places:
        if place.card.module:
            frame = frames[place.card.module]
            assert frame.x < place.x
            assert frame.y + 20 < place.y
            assert place.x + place.card.width < frame.x + frame.width
            assert place.y + place.card.height < frame.y + frame.height
    for inner in layout.frames:
        if inner.frame.parent:
            outer = frames[inner.frame.parent]
            assert outer.x < inner.x
            assert outer.y < inner.y
            assert inner.x + inner.width < outer.x + outer.width
            assert inner.y + inner.height < outer.y + outer.height


def joined(layout: Layout) -> None:
    """No curve jumps: between control points it goes no further than the picture's size, and where
    pieces meet there is one point.
    """
    for route in layout.routes:
        for (x0, y0), (x1, y1) in pairwise(route.points):
            assert abs(x1 - x0) <= layout.width
            assert abs(y1 - y0) <= layout.height


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("name", ["moons", "letters", "residual"])
def test_calls_laid_out_alone_fit_together(name: str, request: pytest.FixtureRequest) -> None:
    trace: Trace = request.getfixturevalue(name)
    scene = scene_of(trace.graphs[0], folding="none")
    layout = arrange(scene)
    assert layout.engine.startswith("graphviz-pure ")
    assert layout.reason == ""
    check(scene, layout)
    inside(layout)
    joined(layout)


@pytest.mark.parametrize(
    ("model", "x"),
    [
        (CellLoop(), torch.randn(2, 12, 8)),
        (DenseNet((4, 6), growth=4), torch.randn(2, 3, 16, 16)),
    ],
    ids=["lstm", "densenet"],
)
def test_repeated_and_dense_models_come_out_whole(model: torch.nn.Module, x: torch.Tensor) -> None:
    scene = scene_of(graph_of(model, x), folding="none")
    layout = arrange(scene)
    assert len(scene.cards) > arranging.WHOLE or pytest.fail("too small to be cut up")
    assert layout.reason == ""
    check(scene, layout)
    inside(layout)
    joined(layout)


def test_a_transformer_comes_out_whole() -> None:
    model, x, _ = small_gpt(5)
    with gradviz.record(model) as trace:
        model(x).sum().backward()
    scene = scene_of(trace.graphs[0], folding="none")
    layout = arrange(scene)
    check(scene, layout)
    inside(layout)


def test_data_flows_straight_down_through_all_calls(resnet: AutogradGraph) -> None:
    """One spine from the first op to the loss, through blocks with and without a shortcut."""
    layout = arrange(scene_of(resnet, folding="none"))
    spine = [
        place
        for place in layout.places
        if place.card.kind != "leaf"
        and not place.card.helper
        and "downsample" not in place.card.module
    ]
    middles = [place.x + place.card.width / 2 for place in spine]
    assert max(middles) - min(middles) < 40
    assert [place.y for place in spine] == sorted(place.y for place in spine)


@pytest.mark.parametrize("count", [6, 20], ids=["in a small graph", "in a large one"])
@pytest.mark.parametrize(
    "model", [PlainRNN(), CellLoop(4), Gates(4)], ids=["rnn", "lstm cell", "gates"]
)
def test_the_steps_of_a_loop_stand_straight_below_each_other(
    model: torch.nn.Module, count: int
) -> None:
    layout = arrange(scene_of(graph_of(model, torch.randn(2, count, 8)), folding="none"))
    outer = [place for place in layout.frames if not place.frame.parent][2:]
    steps = [place for place in outer if re.match(r"(repeat |cell#)", place.frame.title)]
    assert len(steps) >= count - 2
    assert max(place.x for place in steps) - min(place.x for place in steps) < 3
    for one, following in pairwise(steps):
        assert one.y + one.height < following.y


def test_like_calls_are_laid_out_once(resnet: AutogradGraph, runs: list[int]) -> None:
    scene = scene_of(resnet, folding="none")
    layout = arrange(scene)
    assert sum(runs) < len(scene.frames) / 2
    runs.clear()
    assert arrange(scene) == layout
    assert runs == []


@pytest.mark.parametrize(
    ("folded", "engine"),
    [("layers.1.4", []), ("layers.1.4.bn1", [1])],
    ids=["in a column", "where it branches"],
)
def test_to_fold_one_box_lays_out_only_what_is_around_it(
    folded: str, engine: list[int], resnet: AutogradGraph, runs: list[int]
) -> None:
    arrange(scene_of(resnet, folding="none"))
    runs.clear()
    opened = everything(Calls(resnet)) - {folded}
    scene = scene_of(resnet, folding={path for path in opened if not path.startswith(folded + ".")})
    check(scene, arrange(scene))
    assert runs == engine


@pytest.mark.parametrize("folded", ["layers.1.4", "layers.1.4.bn1", "layers.0"])
def test_to_fold_one_box_keeps_the_rest_where_it_was(folded: str, resnet: AutogradGraph) -> None:
    """What is before it stays, to a shift of all to the side, and so does the inside of every call
    that is not around it.
    """
    opened = {path for path in everything(Calls(resnet)) if not f"{path}.".startswith(f"{folded}.")}
    before, after = (
        arrange(scene_of(resnet, folding=folding), whole=0) for folding in ("none", opened)
    )
    old, new = (
        {
            place.card.id: (place.x, place.y)
            for place in layout.places
            if place.card.kind != "module"
        }
        for layout in (before, after)
    )
    frames = [
        {place.frame.path: (place.x, place.y) for place in layout.frames}
        for layout in (before, after)
    ]
    inside = [id for id, node in resnet.by_id.items() if f"{node.module}.".startswith(folded + ".")]
    first = [place.card.id for place in before.places if place.card.id < min(inside)]
    assert [old[id][1] for id in first] == pytest.approx([new[id][1] for id in first])
    shifts = {round(new[id][0] - old[id][0], 1) for id in first if "." not in _module(resnet, id)}
    assert len(shifts) <= 1
    for id in old.keys() & new.keys():
        module = _module(resnet, id)
        if module and not folded.startswith(f"{module}."):
            corners = [frame[module] for frame in frames]
            for axis in (0, 1):
                offsets = old[id][axis] - corners[0][axis], new[id][axis] - corners[1][axis]
                assert offsets[0] == pytest.approx(offsets[1], abs=0.01)


def _module(graph: AutogradGraph, id: int) -> str:
    return graph.by_id[id].module


def test_every_edge_is_in_the_levels_or_goes_around(residual: Trace) -> None:
    scene = scene_of(residual.graphs[0], folding="none")
    levels = levels_of(scene)
    titles = {card.id: card.title for card in scene.cards}
    around = [edge for place, edge in enumerate(scene.edges) if place not in levels.trails]
    assert {titles[edge.producer] for edge in around} == {"0.weight", "0.bias", "leaf#1"}
    for place, trail in levels.trails.items():
        passed = [levels.by_path[path] for path, _ in trail]
        numbers = [number for _, number in trail]
        pieces = [list(level.pieces)[at] for level, at in zip(passed, numbers, strict=True)]
        assert pieces[0][0] == passed[0].names[scene.edges[place].producer]
        assert pieces[-1][1] == passed[-1].names[scene.edges[place].consumer]


@posix
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("kill -SEGV $$", "exit code -11"),
        ("echo hello", "no layout"),
        ("""printf '{\\n"bb": "0,0,9,9"\\n}\\n'""", "no layout"),
        ("sleep 60 & sleep 60", "more than"),
    ],
)
def test_a_bad_engine_falls_back_says_why_and_is_not_asked_again(
    resnet: AutogradGraph, tmp_path: Path, script: str, said: str
) -> None:
    scene = scene_of(resnet, folding="none")
    engine = fake(tmp_path, f"echo run >> {tmp_path}/runs\n{script}")
    for _ in range(2):
        began = time.monotonic()
        layout = arrange(scene, engine=engine, limit=0.5)
        assert time.monotonic() - began < 5
        assert layout.engine == "layered"
        assert re.search(said, layout.reason)
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.usefixtures("always")
def test_modules_that_are_entered_twice_are_drawn_nevertheless() -> None:
    """No recording makes such a graph, but a file may hold one."""
    modules = ["a", "b", "a", "b.c", "", "a"]
    nodes = tuple(
        GraphNode(id, "TanhBackward0", module, "tanh", (2,)) for id, module in enumerate(modules)
    )
    edges = tuple(GraphEdge(id - 1, id, 0) for id in range(1, len(nodes)))
    scene = scene_of(AutogradGraph(nodes, edges, len(nodes) - 1), folding="none")
    check(scene, arrange(scene))


@pytest.mark.usefixtures("always")
def test_deeply_nested_calls_are_laid_out_without_recursion(odd: str) -> None:
    path = ".".join(f"m{number}" for number in range(20))
    nodes = (
        GraphNode(0, "AccumulateGrad", odd, odd, (1,), odd),
        GraphNode(1, odd, path, odd, (1,)),
        GraphNode(2, odd, odd, odd, ()),
    )
    scene = scene_of(AutogradGraph(nodes, (GraphEdge(0, 1, 0), GraphEdge(1, 2, 0)), 2), folding=99)
    check(scene, arrange(scene))


def test_the_way_around_is_shared_by_those_that_do_not_meet() -> None:
    """Two long edges one below the other lie in one column."""
    nodes = tuple(GraphNode(id, "TanhBackward0", "", "tanh", (2,)) for id in range(40))
    chain = [GraphEdge(id - 1, id, 0) for id in range(1, 40)]
    apart = [GraphEdge(1, 18, 1), GraphEdge(20, 38, 1)]
    crossing = [GraphEdge(1, 22, 1), GraphEdge(20, 38, 1)]
    widths = [
        arrange(scene_of(AutogradGraph(nodes, (*chain, *more), 39))).width
        for more in (apart[:1], apart, crossing)
    ]
    assert widths[0] == widths[1] < widths[2]
