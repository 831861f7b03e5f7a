from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz import Breakpoint, commands
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


def turn(window: MainWindow, x: float, notches: int) -> None:
    line, at = window.timeline, QPointF(x, 20)
    wheel = QWheelEvent(
        at,
        line.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(line, wheel)


def test_the_wheel_zooms_around_the_pointer(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.run, 40)
    settled()
    line = window.timeline
    assert (line.first, line.span) == (39 * 25, 26), "it shows the cursor's iteration"
    assert line.bar.isVisible()
    x = line.x_of(39 * 25 + 7)
    turn(window, x, 2)
    assert line.span < 26
    assert abs(line.x_of(39 * 25 + 7) - x) < 1e-6
    turn(window, x, -40)
    assert (line.first, line.span) == (0, 40 * 25 + 1)
    assert not line.bar.isVisible()
    qtbot.mouseDClick(line, Qt.MouseButton.LeftButton, pos=QPoint(300, 20))
    settled()
    assert line.fitted
    assert line.span == 26
    qtbot.keyClick(line, Qt.Key.Key_0)
    assert line.span == 40 * 25 + 1
    qtbot.keyClick(line, Qt.Key.Key_0)
    assert line.span == 26
    for _press in range(8):
        qtbot.keyClick(line, Qt.Key.Key_Plus)
    assert line.span == 8
    line.bar.setValue(0)
    assert line.first == 0
    qtbot.keyClick(line, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert line.first <= 1000 < line.first + line.span, "the cursor is kept in sight"


def test_it_tells_the_event_under_the_pointer(window: MainWindow, settled: Settled) -> None:
    line = window.timeline
    told = line.told_at(spot(window, 6))
    assert told.startswith("iteration 0 · event 5\nOpRan 5 forward fc1: linear ")


def test_thousands_of_events_are_painted_in_a_few_milliseconds(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.add_breakpoint(workspace, Breakpoint("op", "linear"))
    window.runner.do(commands.run, 240)
    settled()
    line = window.timeline
    assert len(workspace.require_session().trace.events) == 6000
    picture = QPixmap(line.size())
    slowest = []
    for notches in range(12):
        times = []
        for _round in range(3):
            begun = time.perf_counter()
            line.render(picture)
            times.append(time.perf_counter() - begun)
        slowest.append(min(times))
        turn(window, 400, -2 if notches else 0)
    assert max(slowest) < 0.03, slowest
