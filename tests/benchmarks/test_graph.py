"""From an autograd graph to a picture, and what torchviz with Graphviz takes for the same one.

``folded`` is the picture that one gets without asking, ``unfolded`` has all nodes in the frames of
their module calls, ``reopened`` is the same again after one box was folded. The ratio within a
group is what counts; the graph of 20,000 nodes and those of repeated steps stand beside ResNet-152.
"""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.render import fonts
from gradviz.render.arrange import arrange as arranging
from gradviz.render.arrange.arrange import arrange
from gradviz.render.folds.fold import everything
from gradviz.render.folds.folding import Folding
from gradviz.render.folds.loops import calls_of
from gradviz.render.graphviz import engines
from gradviz.render.pages.page import draw
from gradviz.render.scene import scene as scenes
from gradviz.render.scene.scene import scene_of
from gradviz.render.theme import theme_named
from gradviz.render.write import svg as svg_writing
from gradviz.render.write.svg import svg
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from tests.benchmarks.models import DEEP, loss_of

PATIENCE = 4.0
"""Seconds that a peer gets before its row is skipped."""
REPEATED = ("resnet152", "lstm50", "lstmcell50", "gates50", "densenet121")
HUGE = ("resnet152", "resnet20k", "gpt20k")


@cache
def made(name: str) -> tuple[AutogradGraph, Tensor, nn.Module]:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, x, y = DEEP[name]()
    with gradviz.record(model) as trace:
        loss_of(model(x), y).backward()
    return trace.graphs[0], loss_of(model(x), y), model


def forget() -> None:
    """Nothing is known from before."""
    for memory in (arranging._attempts, arranging._boxes, arranging._failures):
        memory.clear()
    for remembering in (
        fonts._width,
        scenes._told,
        svg_writing._text_style,
        svg_writing._box_style,
    ):
        remembering.cache_clear()


def picture(graph: AutogradGraph, folding: Folding) -> str:
    scene = scene_of(graph, folding=folding, live=False)
    return svg(draw(arrange(scene), None, theme_named("light")))


def rounds(name: str) -> int:
    return 1 if name.endswith("20k") else 5


@pytest.mark.filterwarnings("ignore:distutils Version:DeprecationWarning")  # torchviz
@pytest.mark.parametrize("name", ["resnet152", "gpt12"])
@pytest.mark.parametrize("way", ["folded", "unfolded", "torchviz"])
def test_first_picture(name: str, way: str, benchmark: Any) -> None:
    benchmark.group = f"{name}: from graph to SVG"
    graph, loss, model = made(name)

    def torchviz() -> None:
        peer(loss, model)

    ways: dict[str, Callable[[], object]] = {
        "folded": lambda: picture(graph, "auto"),
        "unfolded": lambda: picture(graph, "none"),
        "torchviz": torchviz,
    }
    benchmark.pedantic(ways[way], setup=forget, rounds=5, warmup_rounds=1)


def peer(loss: Tensor, model: nn.Module) -> None:
    """torchviz and ``dot -Tsvg``; without a system's ``dot``, the bundled one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = pytest.importorskip("torchviz").make_dot(loss, dict(model.named_parameters())).source
    path = shutil.which("dot") or engines.engines()[0].path
    try:
        subprocess.run([path, "-Tsvg"], input=text.encode(), capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{path} took more than {PATIENCE:g} s")


@pytest.mark.parametrize("name", ["resnet152", "gpt12", "gpt20k"])
@pytest.mark.parametrize("way", ["unfolded", "one folded"])
def test_folding_one_box(name: str, way: str, benchmark: Any) -> None:
    """Only the layout: what is drawn again is for the faces to say."""
    benchmark.group = f"{name}: layout of all, and after one box was folded"
    graph, _, _ = made(name)
    calls = calls_of(graph)
    inner = max((call for call in calls if any(call.calls)), key=lambda call: call.path.count("."))
    opened = frozenset(
        path for path in everything(calls) if path != inner.path and inner.path + "." not in path
    )
    whole, folded = (scene_of(graph, folding=folding) for folding in ("none", opened))

    def setup() -> None:
        forget()
        if way == "one folded":
            arrange(whole)

    run = (lambda: arrange(whole)) if way == "unfolded" else (lambda: arrange(folded))
    benchmark.pedantic(run, setup=setup, rounds=rounds(name), warmup_rounds=1)


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("way", ["unfolded", "torchviz"])
def test_repeated(name: str, way: str, benchmark: Any) -> None:
    benchmark.group = f"{way}: steps and dense blocks beside ResNet-152"
    graph, loss, model = made(name)
    run = (lambda: picture(graph, "none")) if way == "unfolded" else (lambda: peer(loss, model))
    benchmark.pedantic(run, setup=forget, rounds=5 if way == "unfolded" else 1)


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("way", ["arranged", "painted"])
def test_huge(name: str, way: str, benchmark: Any) -> None:
    benchmark.group = f"20,000 nodes unfolded beside ResNet-152: {way}"
    graph, _, _ = made(name)
    run = (
        (lambda: picture(graph, "none"))
        if way == "painted"
        else (lambda: arrange(scene_of(graph, folding="none", live=False)))
    )
    benchmark.pedantic(run, setup=forget, rounds=rounds(name), warmup_rounds=1)


@pytest.mark.parametrize(
    ("shape", "folding"), [("in modules", "auto"), ("in modules", "none"), ("flat", "auto")]
)
def test_100_000_nodes(shape: str, folding: str, benchmark: Any) -> None:
    """A picture comes out, folded and unfolded."""
    benchmark.group = "100,000 nodes: from graph to layout"
    count = 100_000
    nodes = tuple(
        GraphNode(id, "AddBackward0" if id % 3 else "TanhBackward0", path, "add", (2,))
        for id in range(count)
        for path in (f"blocks.{id // 10}.m{id % 10 // 5}" if shape == "in modules" else "",)
    )
    ways = [GraphEdge(id - 1, id, 0) for id in range(1, count)]
    ways += [GraphEdge(id - 4, id, 1) for id in range(6, count, 10)]
    graph = AutogradGraph(nodes, tuple(ways), count - 1)
    layout = benchmark.pedantic(
        lambda: arrange(scene_of(graph, folding=folding)), setup=forget, rounds=1
    )
    assert layout.places
    assert folding == "none" or len(layout.places) <= 40


@pytest.mark.filterwarnings("ignore:distutils Version:DeprecationWarning")  # torchviz
@pytest.mark.parametrize("way", ["gradviz", "torchviz"])
def test_graph_of_a_loss(way: str, benchmark: Any) -> None:
    benchmark.group = "resnet152: the graph alone"
    _, loss, model = made("resnet152")
    if way == "gradviz":
        benchmark(lambda: gradviz.autograd_graph(loss, model))
    else:
        torchviz = pytest.importorskip("torchviz")
        benchmark(lambda: torchviz.make_dot(loss, dict(model.named_parameters())))
