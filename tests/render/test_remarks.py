"""What cards and folded boxes say in words, so that no colour is needed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.render.arrange.arrange import arrange
from gradviz.render.drawing import Box, Text, flat
from gradviz.render.pages.page import body
from gradviz.render.scene.remarks import ops_remark, short_count
from gradviz.render.scene.scene import scene_of
from gradviz.render.status.gather import gathered
from gradviz.render.status.status import Status, statuses
from gradviz.render.theme import LIGHT
from gradviz.resources import assets
from gradviz.trace.trace import Trace


class Marked(nn.Module):
    """A frozen weight, a shared bias, a view and another type."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 6)
        self.b.weight.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x).view(-1, 6).t().t()
        return self.b(torch.tanh(self.b(x))).double()


@pytest.fixture(scope="module")
def marked() -> Trace:
    """Gradients are there before, are added to, and are clipped."""
    torch.manual_seed(0)
    model, x = Marked(), torch.randn(5, 4)
    model(x).sum().backward()
    with gradviz.record(model) as trace:
        model(x).sum().backward()
        nn.utils.clip_grad_norm_([model.a.weight], 0.01)
    return trace


def test_cards_say_view_uses_and_type(marked: Trace) -> None:
    cards = scene_of(marked.graphs[0]).cards
    subtitles = [card.subtitle for card in cards]
    assert subtitles.count("TBackward0 · view") == 2
    assert "ViewBackward0" in subtitles
    assert [card.subtitle for card in cards if card.title == "b.bias"] == [
        "AccumulateGrad · 2 uses"
    ]
    shapes = {card.title: card.shape for card in cards}
    assert shapes["double"] == "(5, 6) float64"
    assert shapes["tanh"] == "(5, 6)"


def test_what_was_added_to_and_edited_is_marked(marked: Trace) -> None:
    graph = marked.graphs[0]
    by_name = {node.variable: node.id for node in graph.nodes if node.variable}
    end = statuses(marked, graph, len(marked.events) - 1)
    assert all(end[id].added for id in by_name.values())
    assert [name for name, id in by_name.items() if end[id].edited] == ["a.weight"]
    items = list(flat(body(arrange(scene_of(graph)), end, LIGHT)))
    words = [(item.text, item.node) for item in items if isinstance(item, Text)]
    assert [node for text, node in words if text == "edited"] == [by_name["a.weight"]]
    assert {node for text, node in words if text == "+="} == set(by_name.values())
    fresh = statuses(marked, graph, -1)
    assert not any(status.added or status.edited for status in fresh.values())


def test_an_edited_node_is_marked() -> None:
    torch.manual_seed(0)
    session = gradviz.Session.from_project(
        gradviz.load(assets() / "examples" / "moons_mlp.gradviz")
    )
    session.edit(gradviz.GradEdit("fc2/AddmmBackward0[1]", "scale", 0.0))
    session.edit(gradviz.GradEdit("fc1/TBackward0", "scale", 0.5))
    session.step_iteration()
    graph = session.trace.graphs[0]
    found = statuses(session.trace, graph, len(session.trace.events) - 1)
    edited = [graph.by_id[id] for id, status in found.items() if status.edited]
    assert [(node.module, node.name) for node in edited] == [
        ("fc1", "TBackward0"), ("fc2", "AddmmBackward0"),
    ]  # fmt: skip


def test_a_box_says_what_is_in_it_and_the_norm_of_its_gradients(marked: Trace) -> None:
    graph = marked.graphs[0]
    scene = scene_of(graph, folding=0)
    box = next(card for card in scene.cards if card.title == "a")
    assert box.subtitle == "linear · 2 parameters (30)"
    last = statuses(marked, graph, len(marked.events) - 1)
    inside = gathered(scene.folded, last)[box.id].inside
    grads = marked.at(len(marked.events) - 1).grads
    a = [grads["a.weight"], grads["a.bias"]]
    assert inside == pytest.approx(float(torch.cat([grad.flatten() for grad in a]).norm()))
    known: dict[int, Status] = gathered(scene.folded, last)
    items = [item for item in flat(body(arrange(scene), known, LIGHT)) if item.node == box.id]  # type: ignore[union-attr]
    texts = [item for item in items if isinstance(item, Text)]
    assert [item.text for item in texts if "‖" in item.text] == ["‖g‖", "‖grad‖"]
    right = max(item.x + item.width for item in items if isinstance(item, Box))
    assert all(item.x < right for item in texts)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (999, "999"), (1000, "1k"), (147_968, "148k"), (11_689_512, "11.7M"),
     (999_600, "1M"), (999_400, "999k"), (3 * 10**12, "3T")],
)  # fmt: skip
def test_large_counts_are_short(count: int, said: str) -> None:
    assert short_count(count) == said


def test_like_calls_say_what_each_has() -> None:
    assert ops_remark(["conv", "relu"] * 3, 3) == ("2 ops each",)
    assert ops_remark(["linear"] * 4, 4) == ("linear",)
    assert ops_remark(["linear", "relu"], 1) == ("2 ops",)
    assert ops_remark(["linear"] * 5, 4) == ("5 ops",)
    assert ops_remark([], 2) == ()
