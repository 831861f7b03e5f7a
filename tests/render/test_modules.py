"""Pictures of what ran in forward, alone and beside the autograd graph."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PySide6.QtGui import QColor, QImage
from torch import Tensor, nn

import gradviz
from gradviz.errors import TraceError, UsageError
from gradviz.render.drawing import Box, Drawing, Text, flat
from gradviz.render.folds.fold import fold
from gradviz.render.folds.modulefolding import opened_modules
from gradviz.render.graphviz.dot import dot_of
from gradviz.render.pages.slide import LEAST, slide_of
from gradviz.render.pages.views import VIEWS
from gradviz.render.render import picture
from gradviz.render.scene.modulescene import module_scene
from gradviz.render.scene.scene import Scene
from gradviz.render.status.modulestatus import module_statuses
from gradviz.render.status.status import Status
from gradviz.render.theme import DARK, LIGHT
from gradviz.render.write.png import png
from gradviz.render.write.svg import svg
from gradviz.trace.forward import module_graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace


class Gate(nn.Module):
    """A module of nothing but plain ops."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(x - self.weight) * x


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enc, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)
        self.gate, self.head = Gate(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.gate(self.norm(self.enc(torch.relu(self.enc(x))))) + x)


def trained(model: nn.Module, x: Tensor, y: Tensor) -> Trace:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return trace


@pytest.fixture(scope="module")
def shared() -> Trace:
    torch.manual_seed(0)
    return trained(Shared(), torch.randn(3, 4), torch.tensor([0, 1, 1]))


def scene_of(trace: Trace, folding: str | int | list[str] = "auto", *, live: bool = True) -> Scene:
    graph = module_graph(trace)
    assert graph is not None
    return module_scene(fold(graph, opened_modules(graph, folding)), live=live)


def cards(scene: Scene) -> list[tuple[str, str, str]]:
    return [(card.kind, card.title, card.subtitle) for card in scene.cards]


def test_a_box_for_each_call_op_input_and_output(shared: Trace) -> None:
    scene = scene_of(shared)
    assert cards(scene) == [
        ("value", "input", "float32"),
        ("module", "enc: Linear", "2 parameters (20) · ×2: call 1"),
        ("function", "relu", "ReluBackward0"),
        ("module", "enc#2: Linear", "2 parameters (20) · ×2: call 2"),
        ("module", "norm: BatchNorm1d", "2 parameters (8) · 3 buffers"),
        ("function", "sub", "SubBackward0 · weight"),
        ("function", "sigmoid", "SigmoidBackward0"),
        ("function", "mul", "MulBackward0"),
        ("function", "add", "AddBackward0"),
        ("module", "head: Linear", "2 parameters (10)"),
        ("value", "output", "float32"),
        ("value", "input#2", "int64"),
        ("output", "loss", "cross_entropy · NllLossBackward0"),
    ]
    assert [frame.title for frame in scene.frames] == ["gate: Gate"]
    head = scene.cards[9]
    assert head.name == (
        "head: Linear · (in_features=4, out_features=2, bias=True) · 2 parameters (10) · (3, 2)"
    )


def test_the_dot_text_is_golden(shared: Trace) -> None:
    golden = Path(__file__).parent / "golden" / "modules.dot"
    assert dot_of(scene_of(shared)) == golden.read_text()


def test_a_layer_is_one_box_however_it_is_folded(shared: Trace) -> None:
    unfolded = [card.title for card in scene_of(shared, "none").cards]
    assert unfolded == [card.title for card in scene_of(shared).cards]
    assert [card.title for card in scene_of(shared, ["enc"]).cards][1] == "enc: Linear"
    folded = {card.title: card for card in scene_of(shared, 0).cards}
    assert folded["gate: Gate"].subtitle == "1 parameter (4)"
    assert (folded["gate: Gate"].calls, folded["head: Linear"].calls) == (1, 0)
    with pytest.raises(UsageError, match="no module call “nonsense”"):
        scene_of(shared, ["nonsense"])


def test_like_modules_in_a_row_are_one_box() -> None:
    class Block(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.up, self.down = nn.Linear(4, width), nn.Linear(width, 4)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.down(self.up(x).relu())

    model = nn.Sequential(*[Block(8) for _ in range(12)], Block(6), nn.Linear(4, 2))
    scene = scene_of(trained(model, torch.randn(3, 4), torch.tensor([0, 1, 1])), 0)
    titles = [card.title for card in scene.cards if card.kind == "module"]
    # The last block gives the same shapes, and has other parameters.
    assert titles == ["0 … 11 × 12: Block", "12: Block", "13: Linear"]
    assert scene.cards[1].subtitle == f"48 parameters ({12 * 76})"


def statuses_at(trace: Trace, moment: str | int, folding: str | int = "auto") -> dict[str, Status]:
    scene = scene_of(trace, folding)
    index = trace.index_at(moment)
    known = module_statuses(trace, scene.folded, trace.graph_at(index), index)
    return {card.title: known[card.id] for card in scene.cards}


def test_boxes_are_lit_as_forward_runs(shared: Trace) -> None:
    known = statuses_at(shared, "start")
    assert {status.stage for title, status in known.items() if "input" not in title} == {"ahead"}
    # linear, relu, linear, then the three buffers and the op of the norm
    known = statuses_at(shared, "forward:3")
    assert [title for title, status in known.items() if status.current] == ["enc#2: Linear"]
    assert (known["enc: Linear"].stage, known["head: Linear"].stage) == ("made", "ahead")
    assert statuses_at(shared, "forward:4")["norm: BatchNorm1d"].current  # a buffer of it


def test_boxes_tell_the_gradient_that_arrived(shared: Trace) -> None:
    graph, end = shared.graphs[0], shared.index_at("backward:end")
    known = statuses_at(shared, "backward:end")
    assert {status.stage for title, status in known.items() if "input" not in title} == {"passed"}
    by_hand = {
        event.node: shared.peek(event.grad_outputs[0]).norm().item()  # type: ignore[arg-type]
        for event in shared.events[: end + 1]
        if type(event).__name__ == "NodeRan"
    }
    for title, name in (("head: Linear", "head"), ("norm: BatchNorm1d", "norm")):
        node = [node for node in graph.nodes if node.module == name and node.variable is None][-1]
        assert known[title].grad == pytest.approx(by_hand[node.id])
    assert isinstance(known["loss"].value, float)
    assert known["input"].grad is None


def test_the_use_of_a_parameter_is_lit_with_it(shared: Trace) -> None:
    for event in shared.events:
        param = getattr(event, "param", None)
        if param and event.phase in ("backward", "step"):
            known = statuses_at(shared, event.index)
            lit = {title.partition(":")[0] for title, status in known.items() if status.current}
            name = param.rpartition(".")[0]
            assert lit == (
                {"sub"} if name == "gate" else {"enc", "enc#2"} if name == "enc" else {name}
            )
    assert statuses_at(shared, "end")["head: Linear"].stage == "updated"
    assert statuses_at(shared, "end", 0)["gate: Gate"].stage == "updated"


@pytest.mark.parametrize("at", [None, "backward:half"])
def test_both_stand_side_by_side(shared: Trace, at: str | None) -> None:
    drawing = picture(shared, at=at, view="both")
    left, right = (picture(shared, at=at, view=view) for view in ("modules", "autograd"))
    texts = [item.text for item in flat(drawing.items) if isinstance(item, Text)]
    assert {
        item.text for each in (left, right) for item in flat(each.items) if isinstance(item, Text)
    } <= {*texts}
    assert "Modules · forward: data flows down" in texts
    assert "Autograd graph · backward: gradients flow up" in texts
    numbers = {item.node for item in flat(drawing.items) if isinstance(item, Box)} - {None}
    assert len(numbers) == len(scene_of(shared).cards) + len(shared.graphs[0].nodes)
    title = "module graph with 13 boxes · autograd graph with "
    assert drawing.title.startswith(title)
    assert f'aria-label="{title}' in svg(drawing)


def ink(drawing: Drawing, colour: str) -> tuple[set[bool], int]:
    """On which side of the middle a colour is, and how often."""
    image = QImage.fromData(png(drawing))
    wanted = QColor(colour).rgb()
    places = [
        x >= image.width() // 2
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
        if image.pixel(x, y) == wanted
    ]
    return set(places), len(places)


@pytest.mark.parametrize(("name", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_the_pixels_of_both(shared: Trace, name: str, theme: object) -> None:
    look = LIGHT if theme is LIGHT else DARK
    slide = slide_of("1280x720", whole=True)
    drawing = picture(shared, at="backward:half", view="both", theme=name, slide=slide)
    leaves, count = ink(drawing, look.leaf_fill)
    assert leaves == {True}
    assert count > 100
    modules, _count = ink(drawing, look.frame_tab)
    assert False in modules
    for colour in (look.gradient_fill, look.cursor, look.output_fill):
        sides, _count = ink(drawing, colour)
        assert sides == {False, True}


@pytest.mark.parametrize("size", ["1280x720", "1920x1080"])
def test_a_slide_of_both_can_be_read(shared: Trace, size: str) -> None:
    width = int(size.partition("x")[0])
    for at in ("forward:2", "backward:half", "end"):
        drawing = picture(shared, at=at, view="both", slide=slide_of(size), stamp="seed 1")
        items = list(flat(drawing.items))
        texts = [item for item in items if isinstance(item, Text)]
        assert min(text.size * drawing.unit for text in texts) >= LEAST - 0.01
        marks = [item for item in items if isinstance(item, Box) and item.stroke_width == 4.0]
        middle = width / drawing.unit / 2
        assert {mark.x > middle for mark in marks} == {False, True}


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_in_every_format(shared: Trace, tmp_path: Path, view: str, suffix: str) -> None:
    files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for file in files:
        gradviz.render(shared, file, view=view, at="backward:3")
    assert files[0].read_bytes() == files[1].read_bytes()
    if suffix == "dot":
        graphs = re.findall(r"^digraph", files[0].read_text(), re.M)
        assert len(graphs) == (2 if view == "both" else 1)


def test_calls_to_open_may_be_in_either_graph(shared: Trace) -> None:
    picture(shared, view="both", fold=["gate"])
    with pytest.raises(UsageError, match="no module call"):
        picture(shared, view="both", fold=["gate", "nonsense"])


def test_a_film_of_both(shared: Trace, tmp_path: Path) -> None:
    played = gradviz.play(
        shared, tmp_path / "{}.svg", view="both", first="backward:1", last="backward:3"
    )
    assert len(played.files) == 3


def test_a_module_graph_can_be_drawn_alone(shared: Trace, tmp_path: Path) -> None:
    graph = module_graph(shared)
    assert isinstance(graph, ModuleGraph)
    drawing = gradviz.render(graph, tmp_path / "m.svg")
    assert drawing is not None
    assert drawing.title == "module graph with 13 boxes"


def test_what_cannot_be_shown_is_said(shared: Trace) -> None:
    with pytest.raises(UsageError, match="there is no view “forward”"):
        picture(shared, view="forward")
    with pytest.raises(UsageError, match="knows no modules"):
        picture(shared.graphs[0], view="both")
    with gradviz.record() as empty:
        pass
    with pytest.raises(TraceError, match="nothing was computed here"):
        picture(empty, view="modules")
    with gradviz.record() as forward:
        torch.ones(2) * 3
    assert picture(forward, view="modules", at="end").items
    with pytest.raises(TraceError, match="no backward was recorded"):
        picture(forward, view="both")


def test_names_of_any_kind(odd: str) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self._modules[odd.replace(".", "·")] = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return next(iter(self._modules.values()))(x)  # type: ignore[misc,no-any-return]

    trace = trained(Odd(), torch.randn(3, 2), torch.tensor([0, 1, 1]))
    text = svg(picture(trace, view="both", at="end"))
    assert "\x00" not in text
    assert dot_of(scene_of(trace)).isascii()


def test_a_module_in_which_no_op_ran_is_named_on_the_frame_around_it() -> None:
    class Block(nn.Module):
        def __init__(self, shortcut: nn.Module) -> None:
            super().__init__()
            self.lin, self.act, self.shortcut = nn.Linear(2, 2), nn.ReLU(), shortcut

        def forward(self, x: Tensor) -> Tensor:
            return self.act(self.lin(x) + self.shortcut(x))

    nested = nn.Sequential(nn.Identity(), nn.Identity())
    model = nn.Sequential(Block(nn.Identity()), Block(nn.Linear(2, 2)), Block(nested))
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2)).sum().backward()
    graph = module_graph(trace)
    assert graph is not None
    assert graph.idle == {"0": ("0.shortcut",), "2": ("2.shortcut",)}
    scene = scene_of(trace, folding="none")
    assert [frame.title for frame in scene.frames] == [
        "0: Block · without an op: shortcut: Identity",
        "1: Block",
        "2: Block · without an op: shortcut: Sequential",
    ]
