"""Lists of modules whose items take turns with others are no box: it would be before and after."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import gradviz
from gradviz.render.folds.calls import without_numbers
from gradviz.render.folds.fold import fold
from gradviz.render.folds.loops import calls_of
from gradviz.render.scene.scene import scene_of
from gradviz.trace.graph import AutogradGraph


class Turns(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(4) for _ in range(2))
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(2))
        self.heads = nn.ModuleList(nn.Linear(4, 4) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        for norm, block in zip(self.norms, self.blocks, strict=True):
            x = block(norm(x))
        for head in self.heads:
            x = head(x)
        return x


def graph_of() -> AutogradGraph:
    torch.manual_seed(0)
    model = Turns()
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    return trace.graphs[0]


def test_items_that_take_turns_stand_alone() -> None:
    graph = graph_of()
    paths = [group.paths for group in fold(graph, ()).groups]
    assert paths == [("norms[0]",), ("blocks[0]",), ("norms[1]",), ("blocks[1]",), ("heads",)]
    assert "blocks[1].0" in calls_of(graph).by_path
    frames = [frame.title for frame in scene_of(graph, folding="none").frames]
    assert frames[:3] == ["norms[0]", "blocks[0]", "0"]


def test_a_path_says_which_module_it_is() -> None:
    assert without_numbers("blocks[1].0#2.relu") == "blocks.1.0.relu"
    assert without_numbers("a.repeat 3.cell#3") == "a.cell"
    assert without_numbers("") == ""
