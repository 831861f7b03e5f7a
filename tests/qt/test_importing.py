"""A module is imported in the window, from its file to its blocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

import gradviz
from gradviz.errors import GradvizError
from gradviz.importing.pythons import Remark
from gradviz.qt.consent import Consent
from gradviz.qt.importdialog import ImportDialog
from gradviz.qt.importing import Stayed
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # dialogs without a screen

NET = """
import pathlib
import torch
from torch import nn
from parts import Gate

pathlib.Path(__file__).with_suffix(".ran").touch()

class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.layers = nn.Sequential(*(nn.Linear(8, 8) for _ in range(depth)))
        self.gate = Gate()

    def forward(self, x):
        return self.gate(self.layers(x))
"""
PARTS = """
from torch import nn

class Gate(nn.Module):
    def forward(self, x):
        return x * 2 if x.sum() > 0 else x
"""

Make = Callable[[Workspace], MainWindow]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "parts.py").write_text(PARTS, encoding="utf-8")
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    place = str(tmp_path / "mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (place, ""))
    return tmp_path / "net.py"


@pytest.fixture
def window(make_window: Make) -> MainWindow:
    """A window with no project."""
    return make_window(Workspace())


def answering(*answers: Callable[[QWidget], None]) -> list[QWidget]:
    """Answer the dialogs, one after the other, as soon as each stands; gives those seen."""
    waiting, seen = list(answers), list[QWidget]()

    def look() -> None:
        asked = QApplication.activeModalWidget()
        answer = waiting.pop(0) if asked is not None and asked not in seen else None
        if waiting:
            QTimer.singleShot(5, look)
        if asked is not None and answer is not None:
            seen.append(asked)
            answer(asked)

    QTimer.singleShot(0, look)
    return seen


def fill_in(
    qtbot: QtBot, make: str, shape: str, file: Path | None = None
) -> Callable[[QWidget], None]:
    def fill(asked: QWidget) -> None:
        assert isinstance(asked, ImportDialog)
        if file is not None:
            qtbot.keyClicks(asked.file.edit, str(file))
        asked.make.edit.clear()
        qtbot.keyClicks(asked.make.edit, make)
        assert asked.shapes is not None
        line = next(iter(asked.shapes.lines.values()))
        qtbot.keyClicks(line.edit, shape)
        qtbot.keyClick(line.edit, Qt.Key.Key_Return)

    return fill


def agree(asked: QWidget) -> None:
    assert isinstance(asked, Consent)
    text = asked.code.toPlainText()
    assert "class Net" in text
    assert "class Gate" in text  # what it imports from beside it runs, too
    asked.run.click()


def test_a_file_becomes_blocks(
    qtbot: QtBot, file: Path, tmp_path: Path, window: MainWindow
) -> None:
    seen = answering(fill_in(qtbot, "Net(depth=3)", "4,8", file), agree)
    window._menus.of["import"].trigger()
    assert len(seen) == 2
    assert window.wait()
    assert window.view == "blocks"
    assert {"layers", "gate"} <= set(window.builder.canvas.blocks)
    said = window.messages.text.text()
    assert "Net(depth=3) is blocks now, in mine.gradviz" in said
    assert "gate stays Python code: " in said
    assert window.windowTitle() == "Net – gradviz"
    assert window._workspace.session is not None  # the way through it can be gone at once
    project = gradviz.load(tmp_path / "mine.gradviz")
    names = project.training.weights
    assert Path(names) == tmp_path / "mine.safetensors"
    torch.manual_seed(0)
    x = torch.randn(4, 8)
    built = gradviz.build(project, trust=True)
    gradviz.load_weights(built, names)
    weights = dict(built.named_parameters())
    out = x
    for i in range(3):
        out = torch.nn.functional.linear(
            out, weights[f"layers.{i}.weight"], weights[f"layers.{i}.bias"]
        )
    assert torch.equal(built(x), out * 2 if out.sum() > 0 else out)


def test_what_stays_python_for_one_reason_is_told_in_one_line() -> None:
    why = "it asks"
    remarks = (*(Remark(f"gate{i}", why) for i in range(5)), Remark("", "it is odd"))
    told = str(Stayed("Net()", "net.gradviz", "net.safetensors", remarks))
    assert told.splitlines()[1:] == [
        "gate0, gate1, gate2 and 2 more stay Python code: it asks",
        "Net() stays Python code: it is odd",
    ]


def test_nothing_runs_after_a_no(qtbot: QtBot, file: Path, window: MainWindow) -> None:
    answering(
        fill_in(qtbot, "Net(depth=3)", "4,8"),
        lambda asked: qtbot.keyClick(asked, Qt.Key.Key_Return),
    )
    window.import_module(file)
    assert window.wait()
    assert window._workspace.project is None
    assert not file.with_suffix(".ran").exists()
    assert not file.with_name("mine.gradviz").exists()


@pytest.mark.parametrize(
    ("make", "shape", "said"),
    [
        ("Net(depth=3)", "4,9", "it cannot be called with (4, 9)"),
        ("Net(depth='x')", "4,8", "Net"),
    ],
)
def test_what_fails_is_told_and_the_project_stays(
    qtbot: QtBot, file: Path, window: MainWindow, make: str, shape: str, said: str
) -> None:
    answering(fill_in(qtbot, make, shape), agree)
    window.import_module(file)
    assert window.wait()
    assert said in window.messages.text.text()
    assert "--" not in window.messages.text.text()  # the window has no command line
    assert window._workspace.project is None
    assert not file.with_name("mine.gradviz").exists()


def test_a_file_that_changed_behind_the_consent_does_not_run(
    qtbot: QtBot, file: Path, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(*_args: object) -> tuple[str, str]:
        file.write_text(NET + "\n# more\n", encoding="utf-8")
        return str(file.with_name("mine")), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", change)
    answering(fill_in(qtbot, "Net(depth=3)", "4,8"), agree)
    window.import_module(file)
    assert window.wait()
    assert "changed since it was trusted" in window.messages.text.text()
    assert not file.with_suffix(".ran").exists()


def dropping(window: MainWindow, target: QWidget, file: Path) -> bool:
    """Drop the file there, as the system would; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    at, left, none = QPointF(9, 9), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    enter.ignore()
    QApplication.sendEvent(target, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(at, Qt.DropAction.CopyAction, data, left, none))
    return enter.isAccepted()


@pytest.mark.parametrize("view", ["autograd", "blocks"])
def test_a_file_is_dropped_anywhere(
    qtbot: QtBot, file: Path, window: MainWindow, view: str
) -> None:
    window.show_graphs(view)
    shown: list[str] = []

    def look(asked: QWidget) -> None:
        assert isinstance(asked, ImportDialog)
        shown.append(asked.make.text)
        asked.reject()

    answering(look)
    canvas = window.builder.canvas if view == "blocks" else window.graph
    assert dropping(window, canvas.viewport(), file)
    qtbot.waitUntil(lambda: shown == ["Net(depth=)"])
    assert not dropping(window, window, file.with_name("notes.txt"))


def test_a_dropped_project_is_opened(window: MainWindow, examples: Path, qtbot: QtBot) -> None:
    assert dropping(window, window, examples / "moons_mlp.gradviz")
    qtbot.waitUntil(lambda: window._workspace.session is not None, timeout=20_000)
    assert window.wait()


def test_other_weights_are_not_written_over(
    qtbot: QtBot, file: Path, tmp_path: Path, window: MainWindow
) -> None:
    (tmp_path / "mine.safetensors").write_bytes(b"the user's own")
    for _ in range(2):  # the second time over the project of the first
        answering(fill_in(qtbot, "Net(depth=1)", "4,8"), agree)
        window.import_module(file)
        assert window.wait()
    assert (tmp_path / "mine.safetensors").read_bytes() == b"the user's own"
    project = gradviz.load(tmp_path / "mine.gradviz")
    assert Path(project.training.weights) == tmp_path / "mine-2.safetensors"
    assert len(list(tmp_path.glob("*.safetensors"))) == 2


def test_an_error_is_raised_for_a_file_that_is_gone(window: MainWindow, tmp_path: Path) -> None:
    answering(lambda asked: asked.close())
    window.import_module(tmp_path / "gone.py")
    assert not isinstance(window.messages._said, GradvizError)
