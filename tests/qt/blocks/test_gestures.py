"""The canvas under the mouse: real events, and what becomes of the model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.qt.blocks.editor import Editor
from gradviz.qt.blocks.palette import MIME
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.model import Model, Wire

Settled = Callable[[], None]
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


class Hand:
    """The mouse over a canvas, in the coordinates of the scene."""

    def __init__(self, canvas: Editor, settled: Settled) -> None:
        self.canvas, self.settled = canvas, settled

    def point(self, spot: QPointF) -> QPoint:
        return self.canvas.mapFromScene(spot)

    def click(self, spot: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.canvas.viewport(), LEFT, keys, self.point(spot))
        self.settled()

    def double_click(self, spot: QPointF) -> None:
        QTest.mouseDClick(self.canvas.viewport(), LEFT, NONE, self.point(spot))
        self.settled()

    def press(self, spot: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.canvas.viewport(), LEFT, keys, self.point(spot))

    def move(self, spot: QPointF) -> None:
        QTest.mouseMove(self.canvas.viewport(), self.point(spot))

    def release(self, spot: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.canvas.viewport(), LEFT, keys, self.point(spot))
        self.settled()

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(start, keys)
        for part in (0.3, 0.6, 1.0):
            self.move(start + (end - start) * part)
        self.release(end, keys)

    def drop(self, kind: str, spot: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        """What arrives when an entry of the palette is dragged there."""
        data, point = QMimeData(), self.point(spot)
        data.setData(MIME, QByteArray(kind.encode()))
        copy, viewport = Qt.DropAction.CopyAction, self.canvas.viewport()
        for event in (
            QDragEnterEvent(point, copy, data, LEFT, keys),
            QDragMoveEvent(point, copy, data, LEFT, keys),
            QDropEvent(QPointF(point), copy, data, LEFT, keys),
        ):
            QApplication.sendEvent(viewport, event)
        self.settled()


@pytest.fixture
def editor(window: MainWindow) -> Editor:
    """LeNet, all of it in view."""
    window.builder.canvas.fit()
    return window.builder.canvas


@pytest.fixture
def hand(editor: Editor, settled: Settled) -> Hand:
    return Hand(editor, settled)


def model(editor: Editor) -> Model:
    return editor.desk.workspace.require_project().model


def middle(editor: Editor, name: str) -> QPointF:
    return editor.blocks[name].box.center()


def free_ground(editor: Editor) -> QPointF:
    box = editor.blocks["conv1"].box
    return box.center() + QPointF(500, 10)


def on_wire(editor: Editor, source: str, target: str) -> QPointF:
    points = editor.wires[source, target].points
    (x0, y0), (x1, y1) = points[0], points[-1]
    return QPointF((x0 + x1) / 2, (y0 + y1) / 2)


def test_a_kind_dropped_on_the_ground_stands_there(editor: Editor, hand: Hand) -> None:
    spot = free_ground(editor)
    hand.drop("ReLU", spot)
    (block,) = [each for each in model(editor).blocks if each.kind == "ReLU"]
    assert block.position == pytest.approx((spot.x(), spot.y()), abs=2 / editor.scale_now)
    assert editor.desk.chosen == (block.name,)
    assert all(each.position is not None for each in model(editor).blocks), "the others stay"


def test_a_kind_dropped_on_a_wire_is_inserted(editor: Editor, hand: Hand) -> None:
    hand.drop("BatchNorm2d", on_wire(editor, "conv1", "tanh1"))
    (block,) = [each for each in model(editor).blocks if each.kind == "BatchNorm2d"]
    wires = set(model(editor).wires)
    assert {Wire("conv1", block.name), Wire(block.name, "tanh1")} <= wires
    assert Wire("conv1", "tanh1") not in wires
    assert block.position is None, "all are arranged anew as long as nobody has moved any"
    order = ["conv1", block.name, "tanh1"]
    tops = [editor.blocks[name].box.top() for name in order]
    assert tops == sorted(tops)


def test_what_is_below_gives_way_to_what_is_inserted(editor: Editor, hand: Hand) -> None:
    hand.drop("Identity", free_ground(editor))  # from now on all have places of their own
    before = editor.blocks["scores"].box.top()
    hand.drop("BatchNorm2d", on_wire(editor, "conv1", "tanh1"))
    (name,) = editor.desk.chosen
    new, below = editor.blocks[name].box, editor.blocks["tanh1"].box
    assert new.bottom() < below.top()
    assert editor.blocks["conv1"].box.bottom() < new.top()
    assert editor.blocks["scores"].box.top() > before


def test_a_kind_dropped_on_a_block_with_shift_takes_its_place(editor: Editor, hand: Hand) -> None:
    hand.drop("ReLU", middle(editor, "tanh1"), SHIFT)
    kinds = [each.kind for each in model(editor).blocks]
    assert kinds.count("ReLU") == 1
    assert kinds.count("Tanh") == 3
    assert len(model(editor).wires) == 13


def test_ports_are_connected_by_a_drag(editor: Editor, hand: Hand) -> None:
    hand.drop("Add", free_ground(editor))
    (name,) = editor.desk.chosen
    start, end = editor.blocks["conv1"].port("out", 0), editor.blocks[name].port("in", 1)
    hand.press(start)
    hand.move((start + end) / 2)
    lit = {each for each, item in editor.blocks.items() if item._lit}
    assert name in lit
    assert "image" not in lit, "what feeds it would close a circle"
    assert editor.blocks["image"]._pale
    hand.move(end)
    hand.release(end)
    assert Wire("conv1", f"{name}.b") in model(editor).wires
    assert not any(item._lit or item._pale for item in editor.blocks.values())


def test_dropped_on_a_card_a_wire_takes_the_first_free_input(editor: Editor, hand: Hand) -> None:
    hand.drop("Add", free_ground(editor))
    (name,) = editor.desk.chosen
    hand.drag(editor.blocks["conv1"].port("out", 0), middle(editor, name))
    hand.drag(editor.blocks["tanh1"].port("out", 0), middle(editor, name))
    assert {Wire("conv1", f"{name}.a"), Wire("tanh1", f"{name}.b")} <= set(model(editor).wires)


def test_an_end_dragged_away_takes_the_wire_off(editor: Editor, hand: Hand) -> None:
    hand.drag(editor.blocks["tanh1"].port("in", 0), free_ground(editor))
    assert Wire("conv1", "tanh1") not in model(editor).wires
    assert ("conv1", "tanh1") not in editor.wires


def test_an_end_dragged_to_another_port_leads_there(editor: Editor, hand: Hand) -> None:
    hand.drag(editor.blocks["pool1"].port("in", 0), editor.blocks["conv2"].port("in", 0))
    wires = model(editor).wires
    assert Wire("tanh1", "conv2") in wires
    assert Wire("tanh1", "pool1") not in wires
    assert Wire("pool1", "conv2") not in wires, "an input takes one wire"


def test_an_end_brought_back_changes_nothing(editor: Editor, hand: Hand) -> None:
    before = model(editor)
    port = editor.blocks["tanh1"].port("in", 0)
    hand.press(port)
    hand.move(free_ground(editor))
    hand.move(port)
    hand.release(port)
    assert model(editor) is before


def test_escape_gives_a_drag_up(editor: Editor, hand: Hand) -> None:
    before, place = model(editor), editor.blocks["conv1"].middle
    hand.press(middle(editor, "conv1"))
    hand.move(free_ground(editor))
    hand.move(free_ground(editor) + QPointF(40, 40))
    assert editor.blocks["conv1"].middle != place
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.blocks["conv1"].middle == place
    hand.release(free_ground(editor))
    assert model(editor) is before


def test_blocks_are_moved_together(editor: Editor, hand: Hand) -> None:
    hand.click(middle(editor, "conv1"))
    hand.click(middle(editor, "tanh1"), SHIFT)
    assert editor.desk.chosen == ("conv1", "tanh1")
    before = {name: editor.blocks[name].middle for name in ("conv1", "tanh1", "pool1")}
    hand.drag(middle(editor, "tanh1"), middle(editor, "tanh1") + QPointF(400, 33), ALT)
    after = {block.name: block.position for block in model(editor).blocks}
    for name in ("conv1", "tanh1"):
        moved = after[name]
        assert moved is not None
        assert moved[0] - before[name][0] == pytest.approx(400, abs=2 / editor.scale_now)
    assert after["pool1"] == before["pool1"]
    assert editor.desk.chosen == ("conv1", "tanh1")


def test_a_block_lines_up_with_the_others(editor: Editor, hand: Hand) -> None:
    start = middle(editor, "conv1")
    hand.drag(start, start + QPointF(600, 0))
    off = start + QPointF(3 / editor.scale_now, 0)
    hand.drag(middle(editor, "conv1"), off)
    assert editor.blocks["conv1"].middle[0] == editor.blocks["tanh1"].middle[0]


def test_a_block_without_wires_can_be_put_on_one(editor: Editor, hand: Hand) -> None:
    hand.drop("ReLU", free_ground(editor))
    (name,) = editor.desk.chosen
    hand.drag(middle(editor, name), on_wire(editor, "conv2", "tanh2"))
    assert {Wire("conv2", name), Wire(name, "tanh2")} <= set(model(editor).wires)


def test_a_rubber_band_selects_what_it_touches(editor: Editor, hand: Hand) -> None:
    one, other = editor.blocks["conv1"].box, editor.blocks["pool1"].box
    hand.drag(one.topLeft() - QPointF(300, 4), other.bottomRight() + QPointF(100, 2))
    assert set(editor.desk.chosen) == {"conv1", "tanh1", "pool1"}
    hand.click(free_ground(editor))
    assert editor.desk.chosen == ()


def test_a_wire_is_selected_by_a_click(editor: Editor, hand: Hand) -> None:
    hand.click(on_wire(editor, "conv2", "tanh2"))
    assert editor.desk.wire == Wire("conv2", "tanh2")
    assert editor.wires["conv2", "tanh2"]._chosen


def test_a_wire_drawn_into_the_void_asks_what_it_feeds(editor: Editor, hand: Hand) -> None:
    hand.drag(editor.blocks["conv1"].port("out", 0), free_ground(editor))
    assert editor.quick.isVisible()
    QTest.keyClicks(editor.quick.field, "batchnorm2")
    QTest.keyClick(editor.quick.field, Qt.Key.Key_Return)
    hand.settled()
    (name,) = editor.desk.chosen
    assert Wire("conv1", name) in model(editor).wires
    assert not editor.quick.isVisible()
    assert editor.hasFocus()


def test_a_double_click_on_the_ground_asks_for_a_name(editor: Editor, hand: Hand) -> None:
    hand.double_click(free_ground(editor))
    assert editor.quick.isVisible()
    QTest.keyClick(editor.quick.field, Qt.Key.Key_Escape)
    assert not editor.quick.isVisible()
    hand.double_click(free_ground(editor))
    QTest.keyClicks(editor.quick.field, "gelu")
    QTest.keyClick(editor.quick.field, Qt.Key.Key_Return)
    hand.settled()
    assert [each.kind for each in model(editor).blocks].count("GELU") == 1


def test_typed_behind_a_block_it_comes_between(editor: Editor, hand: Hand) -> None:
    hand.click(middle(editor, "conv1"))
    editor.add_kind("BatchNorm2d")
    hand.settled()
    (name,) = editor.desk.chosen
    assert {Wire("conv1", name), Wire(name, "tanh1")} <= set(model(editor).wires)


def test_what_is_new_is_brought_into_view(editor: Editor, hand: Hand, settled: Settled) -> None:
    editor.actual_size()
    editor.centerOn(editor.blocks["image"].box.center())
    editor.desk.pick(("fc3",))
    settled()
    assert editor.seen().contains(editor.blocks["fc3"].box)
    editor.centerOn(editor.blocks["image"].box.center())
    editor.add_kind("Softmax")
    settled()
    (name,) = editor.desk.chosen
    assert editor.seen().contains(editor.blocks[name].box)


def test_what_is_put_down_takes_its_sizes_from_what_feeds_it(editor: Editor, hand: Hand) -> None:
    hand.drop("BatchNorm2d", on_wire(editor, "conv2", "tanh2"))
    (name,) = editor.desk.chosen
    (block,) = [each for each in model(editor).blocks if each.name == name]
    assert block.settings["num_features"] == 16
    hand.drop("Linear", free_ground(editor))
    (name,) = editor.desk.chosen
    hand.drag(editor.blocks["flatten"].port("out", 0), middle(editor, name))
    (block,) = [each for each in model(editor).blocks if each.name == name]
    assert block.settings["in_features"] == 400


def test_the_middle_button_pans(editor: Editor) -> None:
    editor.actual_size()
    before = editor.seen()
    viewport = editor.viewport()
    QTest.mousePress(viewport, MIDDLE, NONE, QPoint(300, 300))
    QTest.mouseMove(viewport, QPoint(340, 350))
    QTest.mouseRelease(viewport, MIDDLE, NONE, QPoint(340, 350))
    moved = before.topLeft() - editor.seen().topLeft()
    assert (moved.x(), moved.y()) == pytest.approx((40, 50), abs=1)


def test_arrows_go_between_blocks(editor: Editor, settled: Settled) -> None:
    editor.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(editor, key)
    assert editor.desk.chosen == ("conv1",)
    QTest.keyClick(editor, Qt.Key.Key_Down, SHIFT)
    assert editor.desk.chosen == ("conv1", "tanh1")
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert editor.desk.chosen == ("conv1",)


def test_alt_and_arrows_move(editor: Editor, settled: Settled) -> None:
    editor.desk.pick(("conv1",))
    x, y = editor.blocks["conv1"].middle
    QTest.keyClick(editor, Qt.Key.Key_Right, ALT)
    settled()
    assert editor.blocks["conv1"].middle == (x + 24, y)
    QTest.keyClick(editor, Qt.Key.Key_Up, ALT | SHIFT)
    settled()
    assert editor.blocks["conv1"].middle == (x + 24, y - 4)
