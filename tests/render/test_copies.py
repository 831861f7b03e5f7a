"""Shared parameters are named at each use, and no line leads there from the first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gradviz
from gradviz.render.arrange.arrange import arrange
from gradviz.render.drawing import Text, flat
from gradviz.render.pages.page import body
from gradviz.render.scene.scene import Scene, scene_of
from gradviz.render.status.status import statuses
from gradviz.render.theme import LIGHT
from gradviz.trace.trace import Trace
from tests.render.test_arrange import check


class Tied(nn.Module):
    """The embedding is the head, too."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(6, 4)
        self.blocks = nn.Sequential(*[nn.Linear(4, 4) for _ in range(6)])

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(self.blocks(self.tokens(x)), self.tokens.weight)


class Cell(nn.Module):
    """One cell, called ten times."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.RNNCell(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(2, 4)
        for _ in range(10):
            h = self.cell(F.one_hot(x, 4).float(), h)
        return h


class Skip(nn.Module):
    """What goes past the block is data, and a weight that is used twice nearby is near."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(4))
        self.block = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        data = F.one_hot(x, 4).float().requires_grad_()
        return (self.block(data) + data) * self.w + self.w


def trained(make: Callable[[], nn.Module]) -> Trace:
    torch.manual_seed(0)
    model = make()
    with gradviz.record(model) as trace:
        model(torch.tensor([0, 3])).sum().backward()
    return trace


def copies(scene: Scene) -> list[tuple[str, str]]:
    """Each copy's name, and the title of what it leads to."""
    titles = {card.id: card.title for card in scene.cards}
    return [
        (route.copy.place.card.title, titles[route.edge.consumer])
        for route in arrange(scene).routes
        if route.copy is not None
    ]


def test_a_tied_weight_is_named_where_it_is_used_again() -> None:
    graph = trained(Tied).graphs[0]
    for folding in ("none", 0):
        scene = scene_of(graph, folding=folding)
        assert copies(scene) == [("tokens.weight", "t")]
        check(scene, arrange(scene))


def test_a_folded_box_gets_one_copy_for_all_that_it_shares() -> None:
    scene = scene_of(trained(Cell).graphs[0], folding=["cell"])
    assert copies(scene) == [("4 parameters of cell", "cell#2 … #10 × 9")]
    routes = [route for route in arrange(scene).routes if route.edge.consumer == scene.cards[-2].id]
    assert len({route.points for route in routes}) == len(routes) - 3


def test_each_call_of_a_cell_names_its_weights() -> None:
    scene = scene_of(trained(Cell).graphs[0], folding="none")
    found = copies(scene)
    assert len(found) == 9 * 4
    assert {name for name, _ in found} == {
        "cell.weight_ih", "cell.weight_hh", "cell.bias_ih", "cell.bias_hh",
    }  # fmt: skip
    check(scene, arrange(scene))


def test_data_keeps_its_line_and_so_does_what_is_near() -> None:
    assert copies(scene_of(trained(Skip).graphs[0])) == []


@pytest.mark.parametrize("folding", ["none", ["cell"]])
def test_a_copy_belongs_to_the_node_that_it_copies(folding: object) -> None:
    trace = trained(Cell)
    graph = trace.graphs[0]
    layout = arrange(scene_of(graph, folding=folding))  # type: ignore[arg-type]
    leaves = {node.id for node in graph.nodes if node.variable is not None}
    known = statuses(trace, graph, -1)
    items = list(flat(body(layout, known, LIGHT)))
    for copy in layout.copies:
        assert copy.original in leaves
        name = next(
            item for item in items
            if isinstance(item, Text) and item.text == copy.place.card.title
            and abs(item.y - copy.place.y) < copy.place.card.height
        )  # fmt: skip
        assert name.node == copy.original
        assert name.colour == LIGHT.ahead_text
