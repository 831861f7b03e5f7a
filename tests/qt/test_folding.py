"""A model that is too large to show whole: folded, opened by a double click, folded again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(4), nn.Linear(4, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(torch.relu(self.up(self.norm(x))))


@pytest.fixture
def workspace() -> Workspace:
    torch.manual_seed(0)
    model = nn.Sequential(*[Block() for _ in range(6)], nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(torch.randn(5, 4), torch.randint(0, 2, (5,))) for _ in range(2)]
    session = gradviz.Session(model, nn.CrossEntropyLoss(), optimizer, batches)
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    return workspace


def titles(window: MainWindow) -> list[str]:
    return [item.place.card.title for item in window.graph.nodes if item.calls]


def box(window: MainWindow, title: str) -> NodeItem:
    return next(item for item in window.graph.nodes if item.place.card.title == title)


def double_click(qtbot: QtBot, window: MainWindow, item: NodeItem) -> None:
    window.graph.centerOn(item.card.center())
    point = window.graph.mapFromScene(item.card.center())
    qtbot.mouseDClick(window.graph.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_a_double_click_opens_a_box_and_folds_a_frame(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.fold_all(workspace, 0)
    settled()
    assert titles(window) == ["0 … 5 × 6", "6"]
    double_click(qtbot, window, box(window, "0 … 5 × 6"))
    settled()
    assert titles(window) == ["norm", "up", "down", "1 … 5 × 5", "6"]
    frame = window.graph.frames[0]
    window.graph.centerOn(frame.name_box().center())
    point = window.graph.mapFromScene(frame.name_box().center())
    qtbot.mouseDClick(window.graph.viewport(), Qt.MouseButton.LeftButton, pos=point)
    settled()
    assert titles(window) == ["0 … 5 × 6", "6"]


def test_keys_open_and_fold_what_is_selected(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.fold_all(workspace, 0)
    settled()
    last = box(window, "6")
    graph = workspace.graph
    assert graph is not None
    commands.select(workspace, graph.nodes[last.nodes[-1]].id)
    settled()
    qtbot.keyClick(window.graph, Qt.Key.Key_Return)
    settled()
    assert titles(window) == ["0 … 5 × 6"]
    qtbot.keyClick(window.graph, Qt.Key.Key_Backspace)
    settled()
    assert titles(window) == ["0 … 5 × 6", "6"]


def test_the_menu_folds_and_unfolds_everything(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph = workspace.graph
    assert graph is not None
    window._menus.of["fold none"].trigger()
    settled()
    assert len(window.graph.nodes) == len(graph.nodes)
    window._menus.of["fold auto"].trigger()
    settled()
    assert 15 <= len(window.graph.nodes) <= 40


def test_the_marks_follow_the_cursor_on_folded_boxes_and_in_the_next_iteration(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.fold_all(workspace, 0)
    settled()
    items = window.graph.nodes
    for iteration in range(2):
        commands.goto(workspace, f"{iteration}/backward:half")
        settled()
        assert window.graph.nodes is items or len(window.graph.nodes) == len(items)
        statuses = window.graph._canvas.painting.statuses
        blocks, head = box(window, "0 … 5 × 6"), box(window, "6")
        assert statuses[head.number].stage == "passed"
        assert statuses[blocks.number].stage == "made"
        assert statuses[blocks.number].current


def test_what_is_opened_stays_where_it_was_seen(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.fold_all(workspace, 1)
    settled()
    for scale in (1.0, 3.0, 0.3):
        view = window.graph
        view.fit()
        view.zoom(scale / view.scale_now)
        item = box(window, "down")
        view.centerOn(item.card.center())
        where = view.mapFromScene(item.card.center())
        top = QPointF(item.card.center().x(), item.card.top())
        before = view.mapFromScene(top)
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
        settled()
        frame = next(item for item in view.frames if item.place.frame.path == "0.down")
        after = view.mapFromScene(QPointF(frame.box.center().x(), frame.box.top()))
        assert (after - before).manhattanLength() <= 2
        assert view.mapFromScene(frame.box).boundingRect().contains(where)
        corner = view.mapFromScene(frame.box.topLeft())
        spot = view.mapFromScene(frame.name_box().center())
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        settled()
        again = box(window, "down")
        moved = view.mapFromScene(again.card.topLeft()) - corner
        assert moved.manhattanLength() <= 2
