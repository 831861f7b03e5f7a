from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def spot(window: MainWindow, number: int) -> QPoint:
    return QPoint(round(window.timeline.x_of(number)), 20)


def test_scrubbing_moves_the_cursor(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    session = workspace.require_session()
    line = window.timeline
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=spot(window, 5))
    settled()
    assert session.index == 4
    for number in (9, 14, 20):
        qtbot.mouseMove(line, spot(window, number))
    settled()
    assert session.index == 19
    qtbot.mouseMove(line, QPoint(-50, 20))
    settled()
    assert session.index == -1
    qtbot.mouseMove(line, QPoint(line.width() + 50, 20))
    settled()
    assert session.index == 24
    assert session.iterations == 1, "dragging never runs an iteration"


def test_keys_of_the_timeline(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    session = workspace.require_session()
    for key, wanted in (
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_End, 24),
        (Qt.Key.Key_Left, 23),
        (Qt.Key.Key_Home, -1),
    ):
        qtbot.keyClick(window.timeline, key)
        settled()
        assert session.index == wanted


def test_the_second_iteration_has_its_own_line(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.run, 2)
    settled()
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=spot(window, 25 + 3))
    settled()
    event = workspace.event
    assert event is not None
    assert (event.iteration, event.index) == (1, 27)
