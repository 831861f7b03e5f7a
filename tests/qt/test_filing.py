"""New, save and export from the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

import gradviz
from gradviz import commands, editing
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Make = Callable[[Workspace], MainWindow]


@pytest.fixture
def window(make_window: Make) -> MainWindow:
    """A window with no project."""
    return make_window(Workspace())


def edit(window: MainWindow) -> None:
    commands.edit(window._workspace, lambda model: editing.add(model, "ReLU"))
    assert window.wait()


def test_a_new_project_has_its_ends_and_is_saved(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window._menus.of["new"].trigger()
    assert window.wait()
    assert window.view == "blocks"
    assert set(window.builder.canvas.blocks) == {"image", "scores"}
    edit(window)
    assert window.windowTitle() == "unnamed* – gradviz"
    file = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    window._menus.of["save"].trigger()
    assert window.wait()
    saved = gradviz.load(tmp_path / "mine.gradviz")
    assert [block.kind for block in saved.model.blocks] == ["Input", "Output", "ReLU"]
    assert window.windowTitle() == "mine – gradviz"
    edit(window)
    assert window.windowTitle() == "mine* – gradviz"
    window._menus.of["save"].trigger()
    assert window.wait()
    assert len(gradviz.load(tmp_path / "mine.gradviz").model.blocks) == 4


def test_code_is_exported(
    window: MainWindow, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.open_project(window._workspace, examples / "moons_mlp.gradviz")
    file = tmp_path / "model.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    window._menus.of["export"].trigger()
    assert window.wait()
    assert "nn.Module" in file.read_text()


@pytest.mark.parametrize(
    ("answer", "leaves"),
    [(QMessageBox.StandardButton.Cancel, False), (QMessageBox.StandardButton.Discard, True)],
)
def test_changes_are_not_lost_unasked(
    window: MainWindow,
    answer: QMessageBox.StandardButton,
    leaves: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands.new_project(window._workspace)
    edit(window)
    window.filing.asks = True
    monkeypatch.setattr(QMessageBox, "question", lambda *_args: answer)
    assert window.close() is leaves
    assert window.isVisible() is not leaves
    window.filing.asks = False


def test_what_was_not_changed_is_left_unasked(window: MainWindow, examples: Path) -> None:
    commands.open_project(window._workspace, examples / "moons_mlp.gradviz")
    window.filing.asks = True
    assert window.filing.may_leave()
