"""The canvas of blocks with 500 of them: a frame of panning and of zooming, a step of dragging a
block, and what the window does after an edit. A frame of a smooth picture may take 16 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

import gradviz
from gradviz import commands, editing
from gradviz.qt.blocks.gestures import Move
from gradviz.qt.mainwindow import MainWindow
from gradviz.resources import assets
from gradviz.spec.model import Block, Model, Wire
from gradviz.workspace import Workspace

COUNT = 500
ROWS = 50
NONE = Qt.KeyboardModifier.NoModifier


def large() -> Model:
    """Columns of layers side by side, each with a way around every fourth layer."""
    blocks = [Block("x", "Input", {"shape": [32]}, position=(0.0, -200.0))]
    wires = []
    for number in range(COUNT - 1):
        column, row = divmod(number, ROWS)
        kind = ("Linear", "ReLU", "Dropout", "Add")[row % 4]
        settings = {"in_features": 32, "out_features": 32} if kind == "Linear" else {}
        place = (column * 360.0, row * 110.0)
        name = f"b{number}"
        blocks.append(Block(name, kind, dict(settings), position=place))
        before = f"b{number - 1}" if row else "x"
        wires.append(Wire(before, f"{name}.a" if kind == "Add" else name))
        if kind == "Add":
            wires.append(Wire(f"b{number - 3}", f"{name}.b"))
    return Model(tuple(blocks), tuple(wires))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    from msgspec.structs import replace

    path: Path = tmp_path_factory.mktemp("large") / "large.gradviz"
    project = gradviz.load(assets() / "examples" / "moons_mlp.gradviz")
    gradviz.save(replace(project, model=large()), path)
    workspace = Workspace()
    commands.open_project(workspace, path)
    window = MainWindow(workspace)
    window.resize(1600, 1000)
    window.show_graphs("blocks")
    window.builder.panels["code"].hide()
    window.show()
    assert window.wait()
    assert len(window.builder.canvas.blocks) == COUNT
    yield window
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("move", ["pan", "zoom"])
def test_a_frame(scale: float, move: str, benchmark: Any, window: MainWindow) -> None:
    benchmark.group = f"500 blocks: one frame of {move}"
    canvas = window.builder.canvas
    canvas._zoom_to(scale)
    canvas.centerOn(canvas.area.center())
    QApplication.processEvents()
    turns = [0]

    def frame() -> None:
        turns[0] += 1
        there = 1 if turns[0] % 2 else -1
        if move == "pan":
            canvas.pan(QPointF(6 * there / canvas.scale_now, 5 * there / canvas.scale_now))
        else:
            canvas.scale(1.02**there, 1.02**there)
        QApplication.processEvents()

    benchmark.pedantic(frame, rounds=30, warmup_rounds=2)


@pytest.mark.parametrize("scale", [0.3, 1.0])
@pytest.mark.parametrize("count", [1, 40])
def test_a_step_of_dragging(scale: float, count: int, benchmark: Any, window: MainWindow) -> None:
    benchmark.group = "500 blocks: one step of dragging"
    canvas = window.builder.canvas
    names = [f"b{number}" for number in range(200, 200 + count)]
    window.builder.desk.pick(names)
    canvas._zoom_to(scale)
    item = canvas.blocks[names[0]]
    canvas.centerOn(item.box.center())
    QApplication.processEvents()
    start = item.box.center()
    gesture, turns = Move(canvas, start, item), [0]

    def step() -> None:
        turns[0] += 1
        gesture.move(start + QPointF(7 * (turns[0] % 5), 5 * (turns[0] % 7)), NONE)
        QApplication.processEvents()

    benchmark.pedantic(step, rounds=30, warmup_rounds=2)
    gesture.cancel()


def test_the_window_after_an_edit(benchmark: Any, window: MainWindow) -> None:
    """What its own thread does: the sheet, the items and their wires, without the painting."""
    benchmark.group = "500 blocks: the window after an edit"
    desk, turns = window.builder.desk, [0]

    def edit() -> None:
        turns[0] += 1
        size = 32 + turns[0] % 2
        commands.edit(
            window._workspace,
            lambda model: editing.set_setting(model, "b0", "out_features", size),
        )

    benchmark.pedantic(edit, rounds=20, warmup_rounds=1)
    assert window.wait()
    assert desk.shapes is not None
