"""The user's library in the window: what is kept there can be put down in any project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.library import VARIABLE, Library

Open = Callable[[str | Path], MainWindow]
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, the_window: MainWindow) -> Library:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "library"))
    the_window.builder.desk.library = {}
    return Library()


def test_a_composite_is_kept_and_put_down_elsewhere(open_blocks: Open, library: Library) -> None:
    window = open_blocks("resnet18")
    builder = window.builder
    builder.desk.pick(("layer1",))
    builder.canvas.setFocus()
    QTest.keyClick(builder.canvas, Qt.Key.Key_K, CONTROL)
    assert window.wait()
    (kind,) = {block.kind for block in builder.desk.diagram.blocks if block.name == "layer1"}  # type: ignore[union-attr]
    assert kind in library.names
    commands.new_project(window._workspace)
    assert window.wait()
    assert kind in builder.palette.entries()
    builder.desk.pick(("image",))
    QTest.keyClick(builder.canvas, Qt.Key.Key_Slash)
    QTest.keyClicks(builder.canvas.quick.field, kind)
    QTest.keyClick(builder.canvas.quick.field, Qt.Key.Key_Return)
    assert window.wait()
    model = window._workspace.require_project().model
    assert kind in {each.name for each in model.composites}
    (name,) = builder.desk.chosen
    assert builder.desk.sheet.cards[name].sort == "composite"
    builder.hands.undo()
    assert window.wait()
    assert not window._workspace.require_project().model.composites


def test_the_one_on_the_desk_is_kept(open_blocks: Open, library: Library) -> None:
    window = open_blocks("resnet18")
    window.builder.desk.enter("layer2")
    assert window.wait()
    assert window.builder.deeds.of["keep"].isEnabled()
    window.builder.deeds.of["keep"].trigger()
    assert window.wait()
    assert "Stage" in library.names
    window.builder.desk.leave()


def test_a_file_that_is_damaged_is_not_offered(open_blocks: Open, library: Library) -> None:
    library.folder.mkdir(parents=True)
    (library.folder / "Broken.json").write_text("{")
    window = open_blocks("lenet5")
    window.builder.desk.look_up()
    assert window.wait()
    assert "Broken" not in window.builder.palette.entries()
