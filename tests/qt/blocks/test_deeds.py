"""Keys and menus on the canvas: what each does to the model, and that everything can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gradviz.qt.blocks.deeds import ALIGNMENTS, DEEDS
from gradviz.qt.blocks.editor import Editor
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.model import Model, Wire

Settled = Callable[[], None]
Open = Callable[[str | Path], MainWindow]
Key, Keys = Qt.Key, Qt.KeyboardModifier
CONTROL, SHIFT = Keys.ControlModifier, Keys.ShiftModifier


def model(window: MainWindow) -> Model:
    return window.builder.desk.workspace.require_project().model


def names(window: MainWindow) -> set[str]:
    return {block.name for block in model(window).blocks}


class Keyboard:
    """Keys on the canvas."""

    def __init__(self, editor: Editor, settled: Settled) -> None:
        self._editor, self._settled = editor, settled
        editor.setFocus()

    def __call__(self, key: Qt.Key, keys: Qt.KeyboardModifier = Keys.NoModifier) -> None:
        QTest.keyClick(self._editor, key, keys)
        self._settled()

    def choose(self, *chosen: str) -> None:
        self._editor.desk.pick(chosen)


@pytest.fixture
def press(canvas: Editor, settled: Settled) -> Keyboard:
    return Keyboard(canvas, settled)


def test_delete_and_undo_and_redo(window: MainWindow, press: Keyboard) -> None:
    before = model(window)
    press.choose("conv1", "tanh1")
    press(Key.Key_Delete)
    assert not names(window) & {"conv1", "tanh1"}
    press(Key.Key_Z, CONTROL)
    assert model(window) == before
    press(Key.Key_Z, CONTROL | SHIFT)
    assert not names(window) & {"conv1", "tanh1"}
    deeds = window.builder.deeds
    assert not deeds.of["redo"].isEnabled()
    assert deeds.of["undo"].isEnabled()


def test_a_wire_is_deleted(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    canvas.desk.pick((), Wire("conv1", "tanh1"))
    press(Key.Key_Delete)
    assert Wire("conv1", "tanh1") not in model(window).wires
    assert canvas.desk.wire is None


def test_a_block_is_taken_out_and_its_wires_joined(window: MainWindow, press: Keyboard) -> None:
    press.choose("tanh1")
    press(Key.Key_Delete, SHIFT)
    assert "tanh1" not in names(window)
    assert Wire("conv1", "pool1") in model(window).wires


def test_duplicate(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    press.choose("conv1", "tanh1")
    press(Key.Key_D, CONTROL)
    assert len(model(window).blocks) == 16
    assert len(canvas.desk.chosen) == 2
    one, other = canvas.desk.chosen
    assert Wire(one, other) in model(window).wires


def test_copy_and_paste_are_json(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    press.choose("conv2", "tanh2")
    press(Key.Key_C, CONTROL)
    told = json.loads(QApplication.clipboard().text())
    assert "conv2" in json.dumps(told)
    press(Key.Key_V, CONTROL)
    assert len(model(window).blocks) == 16
    assert set(canvas.desk.chosen).isdisjoint({"conv2", "tanh2"})
    press.choose("conv2")
    press(Key.Key_X, CONTROL)
    assert "conv2" not in names(window)


def test_what_is_no_block_cannot_be_pasted(window: MainWindow, press: Keyboard) -> None:
    before = model(window)
    QApplication.clipboard().setText("nothing of ours")
    press(Key.Key_V, CONTROL)
    assert model(window) is before
    assert window.messages.isVisible()


def test_composites_are_pasted_with_what_they_need(
    open_blocks: Open, qtbot: object, canvas: Editor
) -> None:
    window = open_blocks("resnet18")
    press = Keyboard(window.builder.canvas, lambda: assert_(window.wait()))
    press.choose("layer2")
    press(Key.Key_C, CONTROL)
    open_blocks("lenet5")
    press(Key.Key_V, CONTROL)
    assert {"Stage", "BasicBlock"} <= {each.name for each in model(window).composites}


def assert_(truth: bool) -> None:
    assert truth


def test_group_enter_leave_ungroup(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    before = model(window)
    press.choose("conv1", "tanh1", "pool1")
    press(Key.Key_G, CONTROL)
    (name,) = canvas.desk.chosen
    assert model(window).composites
    assert canvas.blocks[name].card is not None
    assert canvas.blocks[name].condition.shapes == ("(N, 6, 14, 14)",)
    press(Key.Key_Return)
    assert canvas.desk.within == model(window).composites[0].name
    assert {"conv1", "tanh1", "pool1"} <= set(canvas.blocks)
    press(Key.Key_Escape)
    assert canvas.desk.within == ""
    assert canvas.desk.chosen == (name,)
    press(Key.Key_G, CONTROL | SHIFT)
    assert names(window) == {block.name for block in before.blocks}
    assert set(model(window).wires) == set(before.wires)


def test_a_name_is_typed_to_add(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    press.choose("conv1")
    press(Key.Key_Slash)
    assert canvas.quick.isVisible()
    QTest.keyClicks(canvas.quick.field, "bn2")
    QTest.keyClick(canvas.quick.field, Key.Key_Return)
    assert window.wait()
    (name,) = canvas.desk.chosen
    assert {Wire("conv1", name), Wire(name, "tanh1")} <= set(model(window).wires)


def test_another_kind_is_typed_to_replace(
    window: MainWindow, press: Keyboard, canvas: Editor
) -> None:
    press.choose("tanh1", "tanh2")
    press(Key.Key_R)
    QTest.keyClicks(canvas.quick.field, "relu")
    QTest.keyClick(canvas.quick.field, Key.Key_Return)
    assert window.wait()
    assert [block.kind for block in model(window).blocks].count("ReLU") == 2


def test_selected_blocks_are_connected(window: MainWindow, press: Keyboard) -> None:
    press.choose("conv1", "pool1")
    press(Key.Key_C)
    assert Wire("conv1", "pool1") in model(window).wires
    press(Key.Key_C, SHIFT)
    assert Wire("conv1", "pool1") not in model(window).wires
    press.choose("conv1")
    press(Key.Key_C, SHIFT)
    assert not any("conv1" in (wire.source, wire.target) for wire in model(window).wires)


def test_a_wire_is_drawn_by_keys(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    canvas.add_kind("Add")
    assert window.wait()
    (name,) = canvas.desk.chosen
    press.choose("conv1")
    press(Key.Key_C)
    assert canvas.blocks[name]._lit
    press(Key.Key_Tab)
    press(Key.Key_Return)
    assert {Wire("conv1", f"{name}.b")} <= set(model(window).wires)
    press(Key.Key_C)
    press(Key.Key_Escape)
    assert not any(item._lit for item in canvas.blocks.values())


def test_arranging_gives_all_a_place(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    press.choose("conv1")
    press(Key.Key_Right, Keys.AltModifier)
    press(Key.Key_L, CONTROL)
    places = {block.position for block in model(window).blocks}
    assert None not in places
    assert len({place[0] for place in places if place}) == 1, "LeNet is a column"


@pytest.mark.parametrize(
    ("deed", "axis"), [("left", 0), ("centre", 0), ("right", 0), ("top", 1), ("bottom", 1)]
)
def test_alignment(
    window: MainWindow, press: Keyboard, canvas: Editor, deed: str, axis: int
) -> None:
    press.choose("conv1")
    press(Key.Key_Right, Keys.AltModifier)
    press.choose("conv1", "tanh1", "pool1")
    window.builder.deeds.of[deed].trigger()
    assert window.wait()
    boxes = [canvas.blocks[name].box for name in ("conv1", "tanh1", "pool1")]
    edges = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
    if deed in edges:
        assert len({round(getattr(box, edges[deed])(), 3) for box in boxes}) == 1
    else:
        assert len({round(box.center().x(), 3) for box in boxes}) == 1


def test_select_all_and_rename(window: MainWindow, press: Keyboard, canvas: Editor) -> None:
    press(Key.Key_A, CONTROL)
    assert set(canvas.desk.chosen) == names(window)
    press.choose("fc2")
    press(Key.Key_F2)
    assert window.builder.form.rows["name"].editor.hasFocus()


def test_every_deed_is_in_the_menu_with_its_keys(window: MainWindow) -> None:
    menu = QMenu()
    window.builder.deeds.fill(menu)
    offered = {action.text() for action in menu.actions()}
    for deed in DEEDS:
        if deed is not None:
            assert deed.text in offered
            assert window.builder.deeds.of[deed.name].shortcuts()
    keys = [key for deed in (*DEEDS, *ALIGNMENTS) if deed is not None for key in deed.keys]
    assert len(keys) == len(set(keys))


def test_undo_leads_back_to_the_start(window: MainWindow, press: Keyboard) -> None:
    before = model(window)
    press.choose("conv1")
    press(Key.Key_Right, Keys.AltModifier)
    press.choose("tanh1", "pool1")
    press(Key.Key_G, CONTROL)
    press.choose("fc1")
    press(Key.Key_Delete)
    press.choose("conv2")
    press(Key.Key_D, CONTROL)
    for _change in range(4):
        press(Key.Key_Z, CONTROL)
    assert model(window) == before
    assert not window.builder.deeds.of["undo"].isEnabled()


def test_a_block_with_several_inputs_is_fed_at_its_first(
    window: MainWindow, canvas: Editor, press: Keyboard
) -> None:
    press.choose("scores")
    press(Key.Key_Delete)
    press.choose("fc3")
    canvas.add_kind("Add")
    assert window.wait()
    assert Wire("fc3", "add1.a") in model(window).wires


def test_what_is_pasted_lies_on_nothing(
    window: MainWindow, canvas: Editor, press: Keyboard
) -> None:
    desk = window.builder.desk
    press.choose("conv1")
    press(Key.Key_Down, Keys.AltModifier)  # from now on all stay where they are
    press.choose("conv1", "tanh1", "pool1")
    press(Key.Key_C, CONTROL)
    for _time in range(2):
        press(Key.Key_V, CONTROL)
        boxes = {name: item.box for name, item in canvas.blocks.items()}
        for new in desk.chosen:
            assert not any(boxes[new].intersects(boxes[name]) for name in boxes if name != new)


def test_what_comes_from_elsewhere_is_arranged_with_all_others(
    window: MainWindow, canvas: Editor, press: Keyboard
) -> None:
    clip = {"type": "blocks", "blocks": [{"name": "a", "kind": "ReLU", "position": [0.0, 0.0]}]}
    QApplication.clipboard().setText(json.dumps(clip))
    press(Key.Key_V, CONTROL)
    assert window.builder.desk.free
