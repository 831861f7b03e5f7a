from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.explain.rows import row
from gradviz.qt.eventmodel import COLUMNS
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def test_a_click_on_a_row_goes_there(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    table = window.events
    place = table.visualRect(table.events.index(2, 2)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert workspace.require_session().index == 2
    for key, wanted in (
        (Qt.Key.Key_Down, 3),
        (Qt.Key.Key_Up, 2),
        (Qt.Key.Key_End, 24),
        (Qt.Key.Key_Down, 24),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Up, 0),
    ):
        qtbot.keyClick(table, key)
        settled()
        assert workspace.require_session().index == wanted


def test_rows_say_what_the_terminal_says(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.run, 1)
    settled()
    trace, model = workspace.require_session().trace, window.events.events

    def texts(place: int) -> dict[str, str]:
        return {name: model.data(model.index(place, column)) for column, name in enumerate(COLUMNS)}

    for place in range(model.rowCount()):
        texts(place)
    qtbot.waitUntil(lambda: window.idle and all(texts(p)["what"] for p in range(25)))
    for place, event in enumerate(trace.events):
        told = row(trace, event)
        wanted = {name: getattr(told, name) for name in COLUMNS if name != "#"}
        assert texts(place) == {"#": str(told.index), **wanted}


def test_what_lies_ahead_tells_no_numbers(
    qtbot: QtBot, window: MainWindow, settled: Settled
) -> None:
    window.runner.do(commands.goto, "forward:1")
    settled()
    model = window.events.events
    value = COLUMNS.index("value")
    qtbot.waitUntil(lambda: bool(model.data(model.index(model.current, value))))
    assert model.data(model.index(model.current + 1, value)) == ""


@pytest.mark.parametrize("height", [640, 700, 777, 1234])
def test_no_row_is_cut(window: MainWindow, settled: Settled, height: int) -> None:
    table = window.events
    window.resize(1280, height)
    for moment in ("backward:1", "end"):
        window.runner.do(commands.goto, moment)
        settled()
        rows = [table.visualRect(table.model().index(row, 0)) for row in range(25)]
        seen = table.viewport().rect()
        assert any(seen.contains(row) for row in rows)
        assert not any(seen.intersects(row) for row in rows if not seen.contains(row))
