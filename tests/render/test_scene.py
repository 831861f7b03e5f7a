from __future__ import annotations

import pytest

from gradviz.errors import UsageError
from gradviz.render import fonts
from gradviz.render.scene.scene import PADDING, TITLE_SIZE, Scene, plain_name, scene_of
from gradviz.trace.graph import AutogradGraph, GraphNode
from gradviz.trace.trace import Trace


def test_cards_say_op_torch_name_and_shape(scene: Scene) -> None:
    told = [(card.kind, card.title, card.subtitle, card.shape) for card in scene.cards]
    assert told[:5] == [
        ("leaf", "fc1.bias", "AccumulateGrad", "(8,)"),
        ("leaf", "fc1.weight", "AccumulateGrad", "(8, 2)"),
        ("function", "t", "TBackward0", "(2, 8)"),
        ("function", "linear", "AddmmBackward0", "(8, 8)"),
        ("function", "tanh", "TanhBackward0", "(8, 8)"),
    ]
    assert told[-2:] == [
        ("function", "log_softmax", "LogSoftmaxBackward0", "(8, 2)"),
        ("output", "loss", "NllLossBackward0", "()"),
    ]


def test_each_module_call_has_a_frame(residual: Trace) -> None:
    scene = scene_of(residual.graphs[0])
    frames = {frame.path: frame.parent for frame in scene.frames}
    assert frames["inner"] == ""
    assert frames["inner.0"] == "inner"
    assert {"relu", "relu#2", "inner#2"} <= set(frames)
    assert {card.module for card in scene.cards} - {""} <= set(frames)


def test_parents_stand_before_their_children(residual: Trace) -> None:
    seen = {""}
    for frame in scene_of(residual.graphs[0]).frames:
        assert frame.parent in seen
        seen.add(frame.path)


def test_a_card_holds_its_title(scene: Scene) -> None:
    for card in scene.cards:
        assert card.width >= fonts.width(card.title, size=TITLE_SIZE, bold=True) + 2 * PADDING


def test_a_live_scene_reserves_a_line(moons: Trace) -> None:
    live = scene_of(moons.graphs[0]).cards[0]
    still = scene_of(moons.graphs[0], live=False).cards[0]
    assert live.height > still.height


def test_every_iteration_has_the_same_layout(moons: Trace) -> None:
    first, second = (scene_of(graph) for graph in moons.graphs)
    assert [(card.width, card.height) for card in first.cards] == [
        (card.width, card.height) for card in second.cards
    ]


@pytest.mark.parametrize(
    ("torch_name", "plain"),
    [
        ("AddmmBackward0", "addmm"),
        ("LogSoftmaxBackward0", "log_softmax"),
        ("TBackward0", "t"),
        ("MyOwnReLUBackward", "my_own_re_lu"),
        ("Backward", "backward"),
        ("", ""),
    ],
)
def test_torch_names_become_function_names(torch_name: str, plain: str) -> None:
    assert plain_name(torch_name) == plain


def test_odd_names_become_one_short_printable_line(odd: str) -> None:
    nodes = (
        GraphNode(0, "AccumulateGrad", odd, odd, (1,), odd),
        GraphNode(1, odd, odd, odd, None),
    )
    scene = scene_of(AutogradGraph(nodes, (), 1))
    for card in scene.cards:
        assert card.title.isprintable()
        assert card.name.isprintable()
        assert card.width < 500
        assert len(card.name) < 1000
    assert len(scene.frames) <= 24


def test_an_unknown_fold_is_refused(moons: Trace) -> None:
    with pytest.raises(UsageError, match="auto, none"):
        scene_of(moons.graphs[0], folding="deep")
