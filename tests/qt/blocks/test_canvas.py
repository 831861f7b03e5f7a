"""What the canvas shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF

from gradviz.qt.blocks.canvas import READABLE, Canvas
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Open = Callable[[str | Path], MainWindow]


def test_each_block_and_wire_is_there(canvas: Canvas) -> None:
    project = canvas.desk.workspace.require_project()
    assert set(canvas.blocks) == {block.name for block in project.model.blocks}
    assert set(canvas.wires) == {(wire.source, wire.target) for wire in project.model.wires}
    assert canvas.blocks["conv1"].condition.shapes == ("(N, 6, 28, 28)",)
    for wire in canvas.wires.values():
        assert wire.thread is not None
        start = canvas.blocks[wire.thread.source[0]].port("out", wire.thread.source[1])
        assert wire.points[0] == (start.x(), start.y())


def test_a_large_diagram_is_shown_from_its_top_in_a_size_that_can_be_read(canvas: Canvas) -> None:
    assert canvas.scale_now == READABLE
    assert canvas.seen().contains(canvas.blocks["image"].box)
    assert not canvas.map.isHidden()
    canvas.fit()
    assert canvas.seen().contains(canvas.blocks["scores"].box)
    assert canvas.map.isHidden()


def test_what_is_where(canvas: Canvas) -> None:
    conv = canvas.blocks["conv1"]
    assert canvas.block_at(conv.box.center()) is conv
    assert canvas.block_at(QPointF(-5000, 0)) is None
    assert canvas.port_at(conv.port("out", 0) + QPointF(3, 3)) == (conv, "out", 0)
    assert canvas.port_at(conv.port("out", 0), "in") is None
    wire = canvas.wires["conv1", "tanh1"]
    x, y = wire.points[0]
    found = canvas.wire_at(QPointF(x + 2, (y + wire.points[-1][1]) / 2))
    assert found is not None
    assert found[0] is wire


def test_a_composite_is_entered_and_left(open_blocks: Open, qtbot: object) -> None:
    window = open_blocks("resnet18")
    desk, canvas = window.builder.desk, window.builder.canvas
    desk.enter("layer2")
    assert window.wait()
    assert desk.within == "Stage"
    assert [button.text() for button in window.builder.crumbs.buttons] == [
        "Model",
        "layer2 · Stage",
    ]
    inside = next(iter(desk.sheet.cards))
    assert inside in canvas.blocks
    window.builder.crumbs.buttons[0].click()
    assert window.wait()
    assert desk.within == ""
    assert desk.chosen == ("layer2",)
    desk.enter("conv1")
    assert desk.within == ""


def test_an_empty_window_says_what_to_do(qtbot: object) -> None:
    window = MainWindow(Workspace())
    window.show_graphs("blocks")
    window.show()
    assert window.wait()
    canvas = window.builder.canvas
    assert not canvas.blocks
    assert "Open" in canvas._empty_text()
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("name", ["unet", "gpt", "vit", "lstm_tagger"])
def test_other_models_are_shown_whole(name: str, open_blocks: Open) -> None:
    window = open_blocks(name)
    desk = window.builder.desk
    assert set(window.builder.canvas.blocks) == set(desk.sheet.cards)
    assert not desk.sheet.problems


def test_another_project_begins_afresh(window: MainWindow, open_blocks: Open) -> None:
    canvas, desk = window.builder.canvas, window.builder.desk
    canvas.move_blocks({"conv1": (900.0, 40.0)})
    assert window.wait()
    assert canvas.blocks["conv1"].middle == (900.0, 40.0)
    desk.pick(("conv1",))
    open_blocks("lenet5")
    assert canvas.blocks["conv1"].middle[0] == canvas.blocks["tanh1"].middle[0]
    assert desk.chosen == ()
    open_blocks("resnet18")
    desk.enter("layer2")
    assert window.wait()
    open_blocks("unet")
    assert desk.trail == ()
    assert set(canvas.blocks) == set(desk.sheet.cards)


def test_theme_and_language_change_in_place(window: MainWindow) -> None:
    window.set_theme("dark")
    window.set_language("ko")
    assert window.wait()
    assert window.builder.crumbs.buttons[0].text() == "모델"
    assert not window.grab().isNull()
    window.set_theme("light")
    window.set_language("en")
