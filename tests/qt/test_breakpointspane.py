from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from gradviz import Breakpoint, commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.stopdialog import RunDialog, StopDialog
from gradviz.qt.stopmenu import StopMenu
from gradviz.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # dialogs without a screen
Settled = Callable[[], None]
CONTROL = Qt.KeyboardModifier.ControlModifier


def chosen(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_breakpoint_is_switched_conditioned_and_removed(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    pane = window.breakpoints
    window.tabs.setCurrentWidget(pane)
    assert pane.empty.isVisible()
    qtbot.keyClicks(pane.more.edit, "grad_norm > 1")
    qtbot.keyClick(pane.more.edit, Qt.Key.Key_Return)
    settled()
    commands.add_breakpoint(workspace, Breakpoint("op", "linear"))
    settled()
    assert not pane.empty.isVisible()
    assert [row.on.text() for row in pane.rows] == ["when", "op linear"]
    assert pane.rows[0].condition.text == "grad_norm > 1"
    assert pane.rows[1].hits.text() == "hits: 2"
    pane.rows[1].on.click()
    settled()
    assert not workspace.breakpoints[1].enabled
    row = pane.rows[1]
    row.condition.edit.setFocus()
    qtbot.keyClicks(row.condition.edit, "grad_nrm > 1")
    qtbot.keyClick(row.condition.edit, Qt.Key.Key_Return)
    settled()
    assert "grad_norm" in row.condition.hint.text(), "the mistake is said in its place"
    assert workspace.breakpoints[1].when == ""
    row.condition.edit.setText("iteration > 1")
    qtbot.keyClick(row.condition.edit, Qt.Key.Key_Return)
    settled()
    assert workspace.breakpoints[1] == Breakpoint(
        "op", "linear", when="iteration > 1", enabled=False
    )
    pane.rows[0].remove.click()
    settled()
    assert len(workspace.breakpoints) == len(pane.rows) == 1
    commands.undo(workspace)
    settled()
    assert len(pane.rows) == 2


def test_hits_are_counted_as_the_trace_grows(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    commands.add_breakpoint(workspace, Breakpoint("op", "linear"))
    settled()
    window.runner.do(commands.run, 3)
    settled()
    assert window.breakpoints.rows[0].hits.text() == "hits: 6"
    assert len(window.timeline.hits.of(Breakpoint("op", "linear", enabled=False))) == 6


def test_keys_stop_run_on_and_go_back_over(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    session = workspace.require_session()
    commands.goto(workspace, "backward:2")
    here = session.index
    qtbot.keyClick(window.timeline, Qt.Key.Key_F9)
    settled()
    assert len(workspace.breakpoints) == 1
    for _round in range(2):
        qtbot.keyClick(window.timeline, Qt.Key.Key_F5)
        settled()
        assert window.messages.text.text().startswith("Stopped: "), "it says why, in words"
    assert session.index == here + 2 * 25
    qtbot.keyClick(window.timeline, Qt.Key.Key_F9, CONTROL)
    settled()
    assert not workspace.breakpoints[0].enabled
    qtbot.keyClick(window.timeline, Qt.Key.Key_F11)
    settled()
    assert not window.messages.isVisible(), "the cursor is elsewhere now"
    qtbot.keyClick(window.timeline, Qt.Key.Key_F10)
    settled()
    after = session.index
    qtbot.keyClick(window.timeline, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    settled()
    assert session.index < after


def test_the_menu_of_a_place(window: MainWindow, workspace: Workspace, settled: Settled) -> None:
    stops, here = StopMenu(workspace, window.runner, window), Breakpoint("op", "linear")
    for text, wanted in (
        ("Stop here", [True]),
        ("Disable the breakpoint", [False]),
        ("Enable the breakpoint", [True]),
        ("Do not stop here", []),
    ):
        menu = QMenu(window)
        stops.fill(menu, here)
        chosen(menu, text)
        settled()
        assert [each.enabled for each in workspace.breakpoints] == wanted
    menu = QMenu(window)
    stops.fill(menu, here)
    chosen(menu, "Stop when…")
    dialog = window.findChild(StopDialog)
    assert isinstance(dialog, StopDialog)
    dialog.condition.edit.setText("iteration >")
    assert not dialog.ok.isEnabled()
    dialog.condition.edit.setText("iteration > 0")
    dialog.number.setValue(2)
    dialog.ok.click()
    settled()
    assert workspace.breakpoints == (Breakpoint("op", "linear", when="iteration > 0", hits=2),)


def test_a_run_of_a_thousand_is_cancelled_with_escape(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.actions_.of["until"].trigger()
    dialog = window.findChild(RunDialog)
    assert isinstance(dialog, RunDialog)
    dialog.condition.edit.setText("loss > 1e9")
    assert dialog.number.value() == 1000
    dialog.ok.click()
    qtbot.waitUntil(window.running.isVisible, timeout=20_000)
    assert window.running.bar.maximum() == 1000
    window.running._escape.activated.emit()
    settled()
    assert not window.running.isVisible()
    assert workspace.require_session().iterations < 1000
    assert window.messages.text.text().startswith("Stopped: stopped after iteration ")
