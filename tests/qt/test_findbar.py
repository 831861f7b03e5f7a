"""Finding, following and asking why in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.errors import UsageError
from gradviz.qt.findbar import FindBar
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Search, Workspace

Settled = Callable[[], None]


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.back = nn.Linear(4, 4).requires_grad_(False)
        self.fc = nn.Linear(4, 4)
        self.gate = nn.Linear(4, 4)
        self.aux = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = self.back(x)
        return self.fc(h) * self.gate(h).detach()


@pytest.fixture
def workspace(request: pytest.FixtureRequest) -> Workspace:
    """A model with frozen, detached and unused layers, its first iteration recorded."""
    model = Net()
    data = [(torch.randn(3, 4), torch.randn(3, 4))] * 3
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.functional.mse_loss, optimizer, data)
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    commands.goto(workspace, "end")
    return workspace


def pointed(window: MainWindow) -> dict[str, str]:
    """The cards that are pointed out, by title, and what stands on their chips."""
    picture = window.graph.picture
    assert picture is not None
    found = window.graph.pointed
    cards = {} if found is None else found.cards
    return {picture.nodes[number].place.card.title: text for number, text in cards.items()}


def write(qtbot: QtBot, bar: FindBar, text: str, settled: Settled) -> None:
    bar.field.clear()
    qtbot.keyClicks(bar.field, text)
    settled()


def card(window: MainWindow, title: str) -> NodeItem:
    picture = window.graph.picture
    assert picture is not None
    return next(item for item in picture.nodes if item.place.card.title == title)


def menu_of(window: MainWindow, item: NodeItem) -> list[QAction]:
    window.graph.centerOn(item.card.center())
    menu = window.nodemenu.menu_at(window.graph.mapFromScene(item.card.center()))
    assert menu is not None
    return menu.actions()


def test_writing_finds_and_keys_go_on(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    bar, graph = window.findbar, workspace.graph
    assert graph is not None
    assert bar.isHidden()
    window.find_in_graph()
    write(qtbot, bar, "fc and leaf", settled)
    assert workspace.search == Search("find", "fc and leaf")
    assert bar.count.text() == "2 found"
    assert pointed(window) == {"fc.bias": "1", "fc.weight": "2"}
    for number, name in ((1, "fc.bias"), (2, "fc.weight"), (1, "fc.bias")):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return)
        settled()
        assert bar.count.text() == f"{number} of 2"
        assert workspace.selected is not None
        assert workspace.selected.variable == name
    window.find_next(-1)
    settled()
    assert bar.count.text() == "2 of 2"
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    settled()
    assert workspace.search is None
    assert bar.isHidden()
    assert pointed(window) == {}


def test_what_cannot_be_read_is_said_in_the_bar(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.find_in_graph()
    write(qtbot, window.findbar, "norm >", settled)
    assert "write it like: norm > 1" in window.findbar.told.text()
    assert window.messages.isHidden()
    assert pointed(window) == {}
    write(qtbot, window.findbar, "norm > 0", settled)
    assert window.findbar.told.text() == ""
    assert "fc.weight" in pointed(window)


def test_leaves_that_are_cut_off_are_found_where_they_are_drawn(
    qtbot: QtBot, window: MainWindow, settled: Settled
) -> None:
    window.find_in_graph()
    write(qtbot, window.findbar, "no grad", settled)
    assert window.findbar.count.text() == "6 found"
    assert pointed(window) == {"back": "1–2", "linear": "3–4", "No path to the loss": "5–6"}
    window.find_next(1)
    assert window.findbar.told.text() == "frozen: requires_grad=False"
    window.find_next(-1)
    window.find_next(-1)
    assert window.findbar.count.text() == "5 of 6"
    assert "unused" in window.findbar.told.text()


def test_the_answer_follows_the_cursor(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.find, "norm > 0")
    settled()
    assert len(pointed(window)) > 3
    window.runner.do(commands.goto, "forward:end")
    settled()
    assert pointed(window) == {}
    assert window.findbar.count.text() == "0 found"
    window.runner.do(commands.goto, "1/end")
    settled()
    assert len(pointed(window)) > 3


def test_enter_unfolds_the_box_that_hides_a_match(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.fold_all, 0)
    settled()
    window.find_in_graph()
    write(qtbot, window.findbar, "fc.weight", settled)
    assert pointed(window) == {"fc": "1"}
    qtbot.keyClick(window.findbar.field, Qt.Key.Key_Return)
    settled()
    assert pointed(window) == {"fc": "1"}
    qtbot.keyClick(window.findbar.field, Qt.Key.Key_Return)
    settled()
    assert pointed(window) == {"fc.weight": "1"}
    assert workspace.selected is not None
    assert workspace.selected.variable == "fc.weight"


def test_the_menu_of_a_card(window: MainWindow, workspace: Workspace, settled: Settled) -> None:
    to_loss, reaches, why, *_rest = menu_of(window, card(window, "fc.weight"))
    to_loss.trigger()
    settled()
    assert {"fc.weight", "linear", "mul", "loss"} <= set(pointed(window))
    assert "fc.bias" not in pointed(window)
    assert window.findbar.told.text() == "from fc.weight to the loss: 5 nodes"
    assert not window.findbar.isHidden()
    assert window.findbar.field.isHidden()
    reaches, *_rest = menu_of(window, card(window, "mul"))[1:]
    reaches.trigger()
    settled()
    assert "fc.bias" in pointed(window)
    assert "loss" not in pointed(window)
    why.trigger()
    settled()
    assert window.findbar.told.text() == "fc.weight has a gradient now"
    workspace.require_session()
    window.runner.do(commands.goto, "1/end")
    reaches.trigger()
    settled()
    assert "fc.bias" in pointed(window), "a node is known by its place in every iteration"


def test_why_points_to_the_exact_edge(window: MainWindow, settled: Settled) -> None:
    ghost = next(
        item
        for item in (window.graph.picture.nodes if window.graph.picture else [])
        if item.place.card.ghost and item.place.card.ghost.word == "detach"
    )
    actions = menu_of(window, ghost)
    assert [action.text() for action in actions] == [
        "Why has gate.weight no gradient?",
        "Why has gate.bias no gradient?",
    ]
    actions[0].trigger()
    settled()
    assert window.findbar.told.text().startswith("gate.weight: no path from the loss: detach at")
    assert set(pointed(window)) == {"linear", "mul"}
    picture, marks = window.graph.picture, window.graph.pointed
    assert picture is not None
    assert marks is not None
    lit = [ends for ends in picture.ends if marks.has_edge(ends)]
    assert [tuple(picture.nodes[end].place.card.title for end in ends) for ends in lit] == [
        ("linear", "mul")
    ]


def test_in_korean_and_dark(window: MainWindow, settled: Settled) -> None:
    window.set_language("ko")
    window.set_theme("dark")
    window.runner.do(commands.ask_why, "aux.weight")
    settled()
    assert "aux.weight" in window.findbar.told.text()
    assert "no path" not in window.findbar.told.text()
    assert window.findbar.heading.text() != "Why no gradient?"


def test_commands_refuse_what_makes_no_sense(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no “colour”"):
        commands.find(workspace, "colour: red")
    with pytest.raises(UsageError, match="the graph has no fc9"):
        commands.follow(workspace, "fc9")
    assert workspace.search is None
    commands.follow(workspace, "..fc")
    assert workspace.search == Search("follow", "..fc")
    commands.stop_looking(workspace)
    assert workspace.search is None


def modules_pointed(window: MainWindow) -> dict[str, str]:
    picture, found = window.modules.picture, window.modules.pointed
    assert picture is not None
    cards = {} if found is None else found.cards
    return {picture.nodes[number].place.card.title: text for number, text in cards.items()}


def test_both_graphs_are_searched(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.show_graphs("both")
    settled()
    window.find_in_graph()
    write(qtbot, window.findbar, "gate", settled)
    assert modules_pointed(window) == {"gate: Linear": "1"}
    assert pointed(window) != {}
    window.show_graphs("modules")
    settled()
    assert window.findbar.isVisible()
    assert window.findbar.count.text() == "1 found"
    qtbot.keyClick(window.findbar.field, Qt.Key.Key_Return)
    settled()
    assert window.findbar.count.text() == "1 of 1"
    modules = workspace.modules
    assert modules is not None
    (box,) = workspace.selected_boxes
    assert modules.nodes[box].module == "gate"
    window.show_graphs("autograd")
    settled()
    assert window.findbar.isVisible()
    assert pointed(window) != {}


@pytest.mark.parametrize("view", ["autograd", "modules", "both"])
def test_the_bar_covers_nothing(window: MainWindow, settled: Settled, view: str) -> None:
    window.show_graphs(view)
    window.find_in_graph()
    settled()
    bar = QRect(window.findbar.mapTo(window, QPoint(0, 0)), window.findbar.size())
    assert window.rect().contains(bar)
    for graph in window._seen_graphs:
        corner = graph.viewport().mapTo(window, QPoint(0, 0))
        assert not bar.intersects(QRect(corner, graph.viewport().size()))


def test_what_was_found_in_a_graph_that_is_gone_is_not_gone_to(
    window: MainWindow, workspace: Workspace, settled: Callable[[], None], examples: Path
) -> None:
    window.runner.do(commands.step_iteration)
    window.runner.do(commands.find, "shape != ()")
    settled()
    bar = window.findbar
    assert len(bar._answer.targets) > 3
    window.runner.command_started.emit()  # until it ends, the window hears of nothing
    commands.open_project(workspace, examples / "xw_plus_b.gradviz")
    commands.start(workspace)
    commands.goto(workspace, "end")
    bar.go(-1)
    bar.enter()
    window.runner.command_ended.emit()
    settled()
    assert workspace.selection is None
