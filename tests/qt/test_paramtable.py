from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.explain.rows import number
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def test_parameters_at_the_cursor(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.tabs.setCurrentIndex(1)
    for moment in ("start", "forward:end", "backward:3", "step:1", "step:end"):
        window.runner.do(commands.goto, moment)
        settled()
        session = workspace.require_session()
        for shown in window.parameters.numbers.parameters:
            value, grad = session.state.params[shown.name], session.state.grads[shown.name]
            assert shown.shape == str(tuple(value.shape))
            assert shown.value == number(value.double().norm().item())
            wanted = "None" if grad is None else number(grad.double().norm().item())
            assert shown.grad == wanted
    moved = {shown.name: shown.update for shown in window.parameters.numbers.parameters}
    assert moved.keys() == set(workspace.require_session().state.params)
    assert all(float(update) > 0 for update in moved.values())


def test_a_click_selects_the_leaf(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.tabs.setCurrentIndex(1)
    settled()
    table = window.parameters
    place = table.visualRect(table.numbers.index(2, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    node = workspace.selected
    assert node is not None
    assert node.variable == table.numbers.parameters[2].name
    assert table.currentIndex().row() == 2
    assert window.inspector.title.text() == node.variable
