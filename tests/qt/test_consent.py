"""A project that names code is opened in the window: nothing of it runs unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gradviz
from gradviz.qt.consent import Consent
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # a dialog without a screen

FILE = """
import pathlib
from torch import Tensor
pathlib.Path(__file__).with_suffix(".ran").touch()

def triple(x: Tensor) -> Tensor:
    return 3 * x
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(FILE, encoding="utf-8")
    blocks = (
        Block("x", "Input", {"shape": [2]}),
        Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
        Block("more", "triple"),
        Block("y", "Output"),
    )
    wires = (Wire("x", "fc"), Wire("fc", "more"), Wire("more", "y"))
    made = Project(
        model=Model(blocks, wires),
        data=Data(Choice("Moons")),
        training=Training(Choice("CrossEntropyLoss"), Choice("SGD")),
        files=(str(tmp_path / "mine.py"),),
    )
    gradviz.save(made, tmp_path / "p.gradviz")
    return tmp_path / "p.gradviz"


def answering(press: Callable[[Consent], None]) -> None:
    """Answer the dialog as soon as it stands."""

    def look() -> None:
        asked = QApplication.activeModalWidget()
        if isinstance(asked, Consent):
            press(asked)
        else:
            QTimer.singleShot(5, look)

    QTimer.singleShot(0, look)


def test_the_code_is_shown_and_runs_after_a_yes(
    qtbot: QtBot, project: Path, make_window: Callable[[Workspace], MainWindow]
) -> None:
    workspace = Workspace()
    window = make_window(workspace)
    shown: list[str] = []

    def agree(asked: Consent) -> None:
        shown.append(asked.code.toPlainText())
        assert not project.with_name("mine.ran").exists()
        qtbot.mouseClick(asked.run, Qt.MouseButton.LeftButton)

    answering(agree)
    window.open(project)
    qtbot.waitUntil(lambda: window.idle and workspace.session is not None, timeout=20_000)
    assert "return 3 * x" in shown[0]
    assert project.with_name("mine.ran").exists()
    assert window.messages.text.text() == ""


def test_nothing_runs_after_a_no_and_return_says_no(
    qtbot: QtBot, project: Path, make_window: Callable[[Workspace], MainWindow]
) -> None:
    workspace = Workspace()
    window = make_window(workspace)
    answering(lambda asked: qtbot.keyClick(asked, Qt.Key.Key_Return))
    window.open(project)
    qtbot.waitUntil(lambda: window.idle and window.messages.isVisible(), timeout=20_000)
    assert "mine.py: this file has not been trusted" in window.messages.text.text()
    assert workspace.project is not None
    assert not project.with_name("mine.ran").exists()


def test_trust_of_the_command_line_asks_nothing(
    qtbot: QtBot, project: Path, make_window: Callable[[Workspace], MainWindow]
) -> None:
    workspace = Workspace()
    window = make_window(workspace)
    window.open(project, trust=True)
    qtbot.waitUntil(lambda: window.idle and workspace.session is not None, timeout=20_000)
    assert project.with_name("mine.ran").exists()
