"""The live code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import gradviz
from gradviz import commands
from gradviz.qt.mainwindow import MainWindow

Settled = Callable[[], None]
Open = Callable[[str | Path], MainWindow]


@pytest.fixture(autouse=True)
def code_shown(window: MainWindow, settled: Settled) -> None:
    """The pane, which is hidden else."""
    window.builder.panels["code"].show()
    settled()


def line_with(window: MainWindow, text: str) -> int:
    lines = window.builder.code.text.toPlainText().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def click(window: MainWindow, line: int) -> None:
    view = window.builder.code.text
    cursor = view.textCursor()
    cursor.setPosition(view.document().findBlockByNumber(line - 1).position())
    view.setTextCursor(cursor)
    view.ensureCursorVisible()
    spot = view.cursorRect(cursor).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_it_is_the_code_that_is_exported(window: MainWindow) -> None:
    project = window.builder.desk.workspace.require_project()
    assert window.builder.code.text.toPlainText() == gradviz.to_python(project)


def test_a_block_lights_its_lines(window: MainWindow, settled: Settled) -> None:
    window.builder.desk.pick(("conv2",))
    settled()
    code = window.builder.code
    lines = code.text.toPlainText().splitlines()
    told = [lines[number - 1].strip() for number in code.lit()]
    assert told == ["self.conv2 = nn.Conv2d(6, 16, kernel_size=5)", "x = self.conv2(x)"]
    assert len(code.text.extraSelections()) == 2


def test_a_line_selects_its_block(window: MainWindow, settled: Settled) -> None:
    click(window, line_with(window, "self.fc2 = "))
    settled()
    assert window.builder.desk.chosen == ("fc2",)
    click(window, line_with(window, "class LeNet5"))
    assert window.builder.desk.chosen == ("fc2",)


def test_a_line_in_a_composite_leads_into_it(open_blocks: Open) -> None:
    window = open_blocks("resnet18")
    click(window, line_with(window, "self.conv2 = "))
    assert window.wait()
    desk = window.builder.desk
    assert desk.within == "BasicBlock"
    assert desk.chosen == ("conv2",)
    assert desk.trail[-1].partition(".")[0] in {"layer1", "first", "rest"}


def test_it_follows_the_model(window: MainWindow, settled: Settled) -> None:
    window.builder.canvas.add_kind("Dropout")
    settled()
    assert "nn.Dropout" not in window.builder.code.text.toPlainText(), "nothing feeds it"
    assert window.builder.code.note.isVisible()
    assert "self.conv1" in window.builder.code.text.toPlainText(), "the last one stays"
    desk = window.builder.desk
    desk.pick(("conv1",))
    window.builder.canvas.add_kind("ReLU")
    settled()


def test_another_project_has_other_code(window: MainWindow, settled: Settled) -> None:
    assert "LeNet5" in window.builder.code.text.toPlainText()
    commands.new_project(window._workspace)
    settled()
    code = window.builder.code
    assert code.text.toPlainText() == ""
    assert "as soon as the model fits" in code.note.text()
