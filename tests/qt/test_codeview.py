from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gradviz import Breakpoint, commands
from gradviz.engine.catalogues.catalogues import agreed
from gradviz.qt.codeview import LINE
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def margin(line: int) -> QPoint:
    return QPoint(12, LINE * line + LINE // 2)


def test_a_click_in_the_margin_stops_at_a_phase(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view = window.code
    assert view.switch.isHidden()
    for wanted in ((Breakpoint("phase", "backward"),), ()):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=margin(4))
        settled()
        assert workspace.breakpoints == wanted
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_F9)
    settled()
    assert workspace.breakpoints == (Breakpoint("phase", "loss"),)


def test_the_users_own_file(
    qtbot: QtBot,
    examples: Path,
    make_window: Callable[[Workspace], MainWindow],
) -> None:
    workspace = Workspace()
    commands.open_project(workspace, examples / "logistic_by_hand.gradviz")
    workspace.trusted = agreed(workspace.require_project(), True)
    commands.start(workspace)
    window = make_window(workspace)
    view = window.code
    (file,) = [name for name in view.switch.buttons if name]
    assert view.switch.buttons[file].text() == "logistic_by_hand.py"
    view.switch.buttons[file].click()
    text = Path(file).read_text().splitlines()
    assert view.listing.lines == tuple(text)
    session = workspace.require_session()
    event = next(each for each in session.trace.events if each.source is not None)
    assert event.source is not None
    window.runner.do(commands.goto_event, event.index)
    qtbot.waitUntil(lambda: window.idle)
    assert view.listing.current == event.source.line - 1
    assert view.chosen == event.source.line - 1
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.idle)
    assert workspace.breakpoints == (
        Breakpoint("line", f"logistic_by_hand.py:{event.source.line}"),
    )
    window.runner.do(commands.goto_event, -1)
    window.runner.do(commands.run_on)
    qtbot.waitUntil(lambda: window.idle)
    assert session.index == event.index
    view.switch.buttons[""].click()
    assert view.phase == event.phase
