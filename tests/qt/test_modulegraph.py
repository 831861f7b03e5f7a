"""The module graph in the window: alone, beside the autograd graph, one selection in both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.qt.codeview import GUTTER
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.graphview import GraphView
from gradviz.qt.look import TEXT
from gradviz.qt.mainwindow import MainWindow
from gradviz.render import fonts
from gradviz.workspace import Workspace

Settled = Callable[[], None]


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(4, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            scale = x.abs().amax()
        return x / scale + self.down(torch.relu(self.up(x)))


@pytest.fixture
def workspace() -> Workspace:
    torch.manual_seed(0)
    model = nn.Sequential(Block(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(torch.randn(5, 4), torch.randint(0, 2, (5,))) for _ in range(2)]
    session = gradviz.Session(model, nn.CrossEntropyLoss(), optimizer, batches)
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    return workspace


def box(view: GraphView, title: str) -> NodeItem:
    return next(item for item in view.nodes if item.place.card.title == title)


def click(qtbot: QtBot, view: GraphView, item: NodeItem, *, double: bool = False) -> None:
    view.centerOn(item.card.center())
    point = view.mapFromScene(item.card.center())
    press = qtbot.mouseDClick if double else qtbot.mouseClick
    press(view.viewport(), Qt.MouseButton.LeftButton, pos=point)


def marked(view: GraphView) -> list[str]:
    return [item.place.card.title for item in view._canvas._selected]


def lit(view: GraphView) -> list[str]:
    painting = view._canvas.painting
    assert painting is not None
    return [painting.picture.nodes[number].place.card.title for number in painting.current]


def test_the_menu_switches_between_the_graphs(window: MainWindow, settled: Settled) -> None:
    assert (window.graph.isVisible(), window.modules.isVisible()) == (True, False)
    assert window.modules.picture is None
    for name, seen in (("modules", (False, True)), ("both", (True, True))):
        window._menus.of[name].trigger()
        settled()
        assert (window.graph.isVisible(), window.modules.isVisible()) == seen
        assert window._menus.of[name].isChecked()
        assert box(window.modules, "1: Linear")
    window._menus.of["autograd"].trigger()
    settled()
    assert (window.graph.isVisible(), window.modules.isVisible()) == (True, False)


def test_the_switch_above_the_graphs(qtbot: QtBot, window: MainWindow, settled: Settled) -> None:
    corner = None
    for name, seen in (("modules", (False, True)), ("both", (True, True)), ("autograd", (True, 0))):
        (switch,) = (each for each in window.switches if each.isVisible())
        qtbot.mouseClick(switch.buttons[name], Qt.MouseButton.LeftButton)
        settled()
        assert (window.graph.isVisible(), window.modules.isVisible()) == seen
        assert window._menus.of[name].isChecked()
        (switch,) = (each for each in window.switches if each.isVisible())
        assert switch.buttons[name].isChecked()
        right = switch.mapTo(window, switch.rect().bottomRight())
        assert corner in (None, right), "it stays where it is"
        corner = right
    window._menus.of["both"].trigger()
    (switch,) = (each for each in window.switches if each.isVisible())
    assert switch.buttons["both"].isChecked()
    assert abs(window.graph.width() - window.modules.width()) < 10


def test_graphs_side_by_side_fit_a_small_window(window: MainWindow, settled: Settled) -> None:
    window.show_graphs("both")
    for width in (960, 1280):
        window.resize(width, 560)
        settled()
        QApplication.processEvents()
        assert window.width() == width
        assert abs(window.graph.width() - window.modules.width()) < 10
        right = window.switches[0].mapTo(window, window.switches[0].rect().topRight())
        assert right.x() < window.graph.mapTo(window, window.graph.rect().topRight()).x()
        line = max(window.code.listing.lines, key=len)
        assert fonts.width(line, family="mono", size=TEXT) < window.code.width() - GUTTER


def test_a_module_marks_its_frame(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    def framed(view: GraphView) -> list[str]:
        return [frame.place.frame.path for frame in view._canvas._frames]

    window.show_graphs("both")
    settled()
    for title, frames in (("up: Linear", ["0.up"]), ("1: Linear", ["1"])):
        click(qtbot, window.modules, box(window.modules, title))
        settled()
        assert framed(window.graph) == frames
        assert framed(window.modules) == []
    window.fold(0)
    settled()
    assert framed(window.graph) == []
    click(qtbot, window.modules, box(window.modules, "0: Block"))
    settled()
    window.fold("none")
    settled()
    assert framed(window.graph) == ["0"]
    click(qtbot, window.graph, box(window.graph, "up.bias"))
    settled()
    assert framed(window.graph) == []


def test_a_box_selects_its_nodes(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.show_graphs("both")
    settled()
    click(qtbot, window.modules, box(window.modules, "up: Linear"))
    settled()
    assert marked(window.modules) == ["up: Linear"]
    assert set(marked(window.graph)) == {"up.weight", "up.bias", "t", "linear"}
    node = workspace.selected
    assert node is not None
    assert (node.name, node.module) == ("AddmmBackward0", "0.up")
    assert window.inspector.page.chosen
    assert window.inspector.page.title == "linear"
    qtbot.keyClick(window.modules, Qt.Key.Key_Escape)
    settled()
    assert marked(window.modules) == marked(window.graph) == []


def test_a_node_selects_its_box(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.show_graphs("both")
    settled()
    for title, name in (("down.bias", "down: Linear"), ("add", "add"), ("loss", "loss")):
        click(qtbot, window.graph, box(window.graph, title))
        settled()
        assert marked(window.graph) == [title]
        assert marked(window.modules) == [name]


def test_what_autograd_does_not_know_is_selected_alone(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.goto(workspace, "forward:end")
    window.show_graphs("both")
    settled()
    for title in ("amax", "target"):
        click(qtbot, window.modules, box(window.modules, title))
        settled()
        assert marked(window.modules) == [title]
        assert marked(window.graph) == []
        page = window.inspector.page
        assert (page.title, page.chosen) == (title, True)
        assert page.rows or page.previews


def test_the_selection_holds_in_the_next_iteration(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.show_graphs("both")
    settled()
    click(qtbot, window.modules, box(window.modules, "1: Linear"))
    commands.goto(workspace, "1/backward:1")
    settled()
    assert marked(window.modules) == ["1: Linear"]
    assert "1.weight" in marked(window.graph)


def test_stepping_lights_the_same_in_both(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.show_graphs("both")
    settled()
    commands.goto(workspace, "backward:1")
    pairs = set()
    for _step in range(12):
        window.runner.do(commands.step)
        settled()
        pairs.add((*lit(window.graph), "|", *lit(window.modules)))
    assert ("1.weight", "|", "1: Linear") in pairs
    assert ("add", "|", "add") in pairs
    assert ("down.bias", "|", "down: Linear") in pairs


def test_a_call_that_is_folded_in_one_is_folded_in_the_other(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.fold_all(workspace, 0)
    window.show_graphs("both")
    settled()
    folded = box(window.modules, "0: Block")
    assert any(item.place.card.title == "0" for item in window.graph.nodes)
    click(qtbot, window.modules, folded, double=True)
    settled()
    assert box(window.modules, "up: Linear")
    assert not any(item.place.card.title == "0" for item in window.graph.nodes)
    click(qtbot, window.modules, box(window.modules, "up: Linear"), double=True)
    settled()
    assert box(window.modules, "up: Linear")  # a layer is one box


def test_both_speak_korean_and_wear_the_dark(window: MainWindow, settled: Settled) -> None:
    window.show_graphs("both")
    try:
        window.set_language("ko")
        window.set_theme("dark")
        settled()
        assert window.modules.accessibleName() == "모듈 그래프"
        assert window._panels[4]._label.text() == "모듈"
        ground = window.modules.scene().backgroundBrush().color()
        assert ground == window.graph.scene().backgroundBrush().color()
    finally:
        window.set_language("en")


def test_what_is_found_in_a_folded_module_comes_out(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    workspace.fold(0)
    window.show_graphs("modules")
    settled()
    window.find_in_graph()
    qtbot.keyClicks(window.findbar.field, "relu")
    settled()

    def pointed() -> list[str]:
        picture, found = window.modules.picture, window.modules.pointed
        assert picture is not None
        assert found is not None
        return [picture.nodes[number].place.card.title for number in found.cards]

    assert pointed() == ["0: Block"]
    for _time in range(2):
        qtbot.keyClick(window.findbar.field, Qt.Key.Key_Return)
        settled()
    assert pointed() == ["relu"]
    assert workspace.selected is not None
    assert workspace.selected.name == "ReluBackward0"


class Gate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(x)
        return out * 2 if out.sum() > 0 else out


class Stairs(nn.Module):
    """Each gate is drawn to the right of the one before, for the way around it needs room."""

    def __init__(self) -> None:
        super().__init__()
        self.gates = nn.ModuleList(Gate() for _ in range(5))

    def forward(self, x: Tensor) -> Tensor:
        for gate in self.gates:
            x = x + gate(x)
        return x


def test_the_first_look_at_a_wide_graph_shows_its_first_card(
    make_window: Callable[[Workspace], MainWindow],
) -> None:
    torch.manual_seed(0)
    model = Stairs()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(torch.randn(4, 8), torch.randn(4, 8))]
    session = gradviz.Session(model, nn.MSELoss(), optimizer, batches)
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    window = make_window(workspace)
    window.show_graphs("both")
    assert window.wait()
    view = window.modules
    first = min((item.card for item in view.nodes), key=lambda card: card.top())
    assert view.whole.width() > view.seen().width()  # else there is nothing to choose
    assert view.seen().contains(first)
