"""A loop of plain Python is folded pass by pass, as like modules are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.errors import UsageError
from gradviz.render.arrange.arrange import arrange
from gradviz.render.folds.calls import Calls
from gradviz.render.folds.fold import LEAST, MOST, Folded, auto, fold
from gradviz.render.folds.folding import opened
from gradviz.render.folds.loops import calls_of
from gradviz.render.scene.scene import scene_of
from gradviz.trace.graph import AutogradGraph

STEPS = 50


class Plain(nn.Module):
    """``h = tanh(Wx + Uh + b)``, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.W, self.U = (nn.Parameter(torch.randn(4, 4) / 4) for _ in range(2))
        self.b = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(2, 4)
        for step in x.unbind(1):
            h = torch.tanh(step @ self.W.T + h @ self.U.T + self.b)
        return h


class Cells(nn.Module):
    """The same by calls of modules, with operations between; every state is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.W, self.U = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h, states = torch.zeros(2, 4), []
        for step in x.unbind(1):
            h = torch.tanh(self.W(step) + self.U(h))
            states.append(h)
        return torch.stack(states)


class Stack(nn.Module):
    """No recurrence: each pass has parameters of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.ParameterList(torch.eye(4) for _ in range(STEPS))

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, 0]
        for weight in self.weights:
            x = x + torch.tanh(x @ weight)
        return x


class Deep(nn.Module):
    """A loop within each block of a model."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.U = nn.Parameter(torch.eye(4))

        def forward(self, x: Tensor) -> Tensor:
            for _ in range(10):
                x = torch.tanh(x @ self.U).mul(2)
            return x

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(self.Block(), self.Block())

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x[:, 0])


def graph_of(model: nn.Module) -> AutogradGraph:
    torch.manual_seed(0)
    with gradviz.record(model) as trace:
        model(torch.randn(2, STEPS, 4)).sum().backward()
    return trace.graphs[0]


def boxes(folded: Folded) -> list[int]:
    """How many calls each box stands for that stands for several."""
    return [len(group.paths) for group in folded.groups if len(group.paths) > 1]


@pytest.mark.parametrize("model", [Plain, Cells, Stack])
def test_all_passes_are_one_box_until_one_is_opened(model: Callable[[], nn.Module]) -> None:
    graph = graph_of(model())
    assert boxes(fold(graph, ())) == [STEPS]
    seventh = fold(graph, ["repeat 7"])
    assert boxes(seventh) == [6, STEPS - 7]
    assert len(seventh.boxes()) < MOST
    folded = fold(graph, auto(calls_of(graph)))
    assert len(folded.boxes()) <= MOST
    assert boxes(folded)[0] >= STEPS - 1


def test_auto_shows_one_pass_and_the_rest_as_one_box() -> None:
    graph = graph_of(Plain())
    scene = scene_of(graph)
    titles = [card.title for card in scene.cards]
    assert LEAST - 4 <= len(titles) <= MOST
    assert titles[-2:] == ["repeat 2 … 50 × 49", "loss"]
    assert [frame.path for frame in scene.frames] == ["repeat 1"]
    outside = [card.title for card in scene.cards if not card.module]
    assert {"W", "U", "b"} <= set(outside)
    assert set(scene_of(graph, folding=1).cards) == set(scene.cards)


def test_a_pass_has_its_own_parameters_inside() -> None:
    scene = scene_of(graph_of(Stack()), folding=["repeat 2"])
    inside = [card.title for card in scene.cards if card.module == "repeat 2"]
    assert inside == ["weights.1", "matmul", "tanh", "add"]


def test_loops_are_found_inside_of_modules() -> None:
    graph = graph_of(Deep())
    assert {"blocks.0.repeat 1", "blocks.1.repeat 10"} <= set(calls_of(graph).by_path)
    assert boxes(fold(graph, ["blocks", "blocks.0"])) == [10]
    assert boxes(fold(graph, ["blocks"])) == [2]
    assert opened(graph, ["blocks.0.repeat 3"]) == {"blocks", "blocks.0", "blocks.0.repeat 3"}
    with pytest.raises(UsageError):
        opened(graph, ["repeat 3"])


@pytest.mark.parametrize("folding", ["auto", "none", 0, 1, ["repeat 3"]])
@pytest.mark.parametrize("model", [Plain, Cells])
def test_every_node_is_drawn_once(model: Callable[[], nn.Module], folding: object) -> None:
    graph = graph_of(model())
    scene = scene_of(graph, folding=folding)  # type: ignore[arg-type]
    assert sorted(id for box in scene.folded.boxes() for id in box) == [n.id for n in graph.nodes]
    layout = arrange(scene)
    assert layout.reason == ""
    assert [place.card for place in layout.places] == list(scene.cards)


def test_a_graph_that_can_be_read_keeps_its_modules_alone() -> None:
    torch.manual_seed(0)
    model = Plain()
    with gradviz.record(model) as trace:
        model(torch.randn(2, 5, 4)).sum().backward()
    assert calls_of(trace.graphs[0]).moved == {}
    assert set(Calls(trace.graphs[0]).by_path) == {""}
