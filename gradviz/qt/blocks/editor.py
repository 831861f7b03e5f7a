"""The canvas under the hand: mouse, keys and drops become changes of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QApplication

from gradviz.qt.blocks.blockitem import BlockItem
from gradviz.qt.blocks.canvas import Canvas
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.edits import Change, Edits
from gradviz.qt.blocks.gestures import Band, Draw, Gesture, KeyDraw, Move, Pan, wire_into
from gradviz.qt.blocks.neighbours import next_block
from gradviz.qt.blocks.palette import MIME
from gradviz.qt.blocks.quickadd import QuickAdd
from gradviz.qt.blocks.wireitem import WireItem
from gradviz.qt.runner import Runner
from gradviz.render.blocks.places import Place
from gradviz.render.theme import Theme
from gradviz.spec.model import Model, Wire

if TYPE_CHECKING:
    from gradviz.editing.edited import Edited

Keys = Qt.KeyboardModifier
SMALL, LARGE = 4.0, 24.0
"""Pixels that a key moves blocks."""


class Editor(Canvas):
    """Each gesture is one change, which the runner makes. ``opened`` asks for the form of what is
    selected.
    """

    opened = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, desk: Desk, runner: Runner, theme: Theme) -> None:
        self._due = False
        super().__init__(desk, theme)
        self._runner = runner
        self._gesture: Gesture | None = None
        self._waiting: tuple[QPoint, BlockItem | None] | None = None
        self._space = False
        self._aimed: WireItem | BlockItem | None = None
        self.quick = QuickAdd(self, theme)
        self.quick.taken.connect(self._on_kind)
        self.quick.closed.connect(self.setFocus)
        self._asked: tuple[Place | None, str, str] = (None, "", "")
        self._replaced: tuple[str, ...] = ()
        self.setAcceptDrops(True)
        desk.picked.connect(self._on_picked)

    @property
    def edits(self) -> Edits:
        """The changes of what is on the desk."""
        desk = self.desk
        return Edits(desk.within, desk.path, desk.sheet, desk.places, free=desk.free)

    @property
    def runner(self) -> Runner:
        """What changes are made by."""
        return self._runner

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return self._theme

    def recolour(self, theme: Theme) -> None:
        super().recolour(theme)
        if hasattr(self, "quick"):
            self.quick.recolour(theme)

    def retranslate(self) -> None:
        super().retranslate()
        if hasattr(self, "quick"):
            self.quick.retranslate()

    def do(self, change: Change) -> None:
        """Have the model changed. From now on what is looked at does not move by itself."""
        self._look = None
        self.desk.do(change, self._runner)

    def ask_kind(self, spot: QPointF | None = None, *, source: str = "", target: str = "") -> None:
        """Open the box in which one types a kind; the block is going to stand at the spot, and is
        connected to these ports.
        """
        at = None if spot is None else (spot.x(), spot.y())
        self._asked, self._replaced = (at, source, target), ()
        middle = self.viewport().rect().center() - QPoint(140, 150)
        here = middle if spot is None else self.mapFromScene(spot)
        self.quick.open(here, self.desk.offered, within=self.desk.within)

    def ask_replacement(self) -> None:
        """Open that box for what takes the place of the selected blocks."""
        self.ask_kind()
        self._replaced = self.desk.chosen

    def draw_by_keys(self, name: str) -> None:
        """Draw a wire from a block; the arrows choose where to, Enter connects."""
        item = self.blocks[name]
        if item.card is None or not item.card.outputs or self._gesture is not None:
            return
        gesture = KeyDraw(self, item)
        if gesture.possible:
            self._gesture = gesture
        else:
            gesture.cancel()

    def add_kind(self, kind: str) -> None:
        """Add a block where it is most likely wanted: on the selected wire, behind the selected
        block, or in the middle of what is seen.
        """
        desk = self.desk
        if desk.wire is not None:
            self.do(self.edits.insert(kind, desk.wire))
        elif len(desk.chosen) == 1 and desk.sheet.cards[desk.chosen[0]].outputs:
            self.do(self.edits.add_after(kind, desk.chosen[0]))
        else:
            middle = self.seen().center()
            self.do(self.edits.add(kind, None if desk.free else (middle.x(), middle.y())))

    def drop_kind(self, kind: str, spot: QPointF, keys: Keys) -> None:
        """A kind from the palette: on a wire it is inserted; on a block it takes its place if Alt
        or Shift is held; else it stands there.
        """
        wire, block = self._under(spot, keys)
        if block is not None and block.card is not None:
            self.replace((block.card.name,), kind)
        elif wire is not None and wire.thread is not None:
            self.do(self.edits.insert(kind, wire.thread.wire, (spot.x(), spot.y())))
        else:
            self.do(self.edits.add(kind, (spot.x(), spot.y())))

    def replace(self, names: Sequence[str], kind: str) -> None:
        """Put blocks of another kind in the places of these."""
        within = self.desk.within

        def change(model: Model) -> Edited:
            from gradviz import editing
            from gradviz.editing.edited import Edited

            model = editing.borrowed(model, kind)
            for name in names:
                model = editing.replace(model, name, kind, within=within).model
            return Edited(model, tuple(names))

        self.do(change)

    def connect_ports(self, source: str, target: str) -> None:
        """Draw a wire."""
        self.do(self.edits.connect(source, target))

    def reconnect(self, wire: Wire, source: str, target: str) -> None:
        """Lead a wire to another port."""
        self.do(self.edits.reconnect(wire, source, target))

    def disconnect_wire(self, wire: Wire) -> None:
        """Take a wire away."""
        within = self.desk.within

        def change(model: Model) -> Edited:
            from gradviz import editing

            return editing.disconnect(model, [wire], within=within)

        self.do(change)

    def move_blocks(self, places: Mapping[str, Place]) -> None:
        """Put blocks elsewhere."""
        self.do(self.edits.move(places))

    def insert_block(self, name: str, wire: Wire, places: Mapping[str, Place]) -> None:
        """Put a block that is there already on a wire."""
        self.do(self.edits.insert_block(name, wire, places))

    def hide_wire(self, wire: Wire | None) -> None:
        """While its end is dragged, a wire is not seen."""
        for item in self.wires.values():
            item.setVisible(item.thread is None or item.thread.wire != wire)

    def pan(self, way: QPointF) -> None:
        """Look further that way."""
        self._look = None
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(way.x() * self.scale_now))
        down.setValue(down.value() + round(way.y() * self.scale_now))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._move.stop()
        self.quick.close_()
        spot, keys = self.here(event.position()), event.modifiers()
        if self._gesture is not None:
            return
        if event.button() == Qt.MouseButton.MiddleButton or (
            self._space and event.button() == Qt.MouseButton.LeftButton
        ):
            self._gesture = Pan(self, spot)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(event.position().toPoint(), spot, keys)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point, spot = event.position().toPoint(), self.here(event.position())
        if self._gesture is None and self._waiting is not None:
            pressed, item = self._waiting
            if (point - pressed).manhattanLength() < QApplication.startDragDistance():
                return
            start = self.here(pressed)
            self._waiting, self._look = None, None
            self._gesture = self._begin(start, item, event.modifiers())
        if self._gesture is not None:
            self._gesture.move(spot, event.modifiers())
        elif not event.buttons():
            self._point_out(spot)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot = self.here(event.position())
        gesture, self._gesture = self._gesture, None
        waiting, self._waiting = self._waiting, None
        if gesture is not None:
            gesture.end(spot, event.modifiers())
        elif waiting is not None:
            self._click_on(waiting[1], spot, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        spot = self.here(event.position())
        block = self.block_at(spot)
        if block is not None and block.card is not None:
            self.open_block(block.card.name)
        elif self.wire_at(spot) is None:
            self.ask_kind(spot)

    def open_block(self, name: str) -> None:
        """Go into a composite; of another block ask for the form."""
        if self.desk.sheet.cards[name].sort == "composite":
            self.desk.enter(name)
        else:
            self.desk.pick((name,))
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if isinstance(self._gesture, KeyDraw) and event.key() in _STEPS:
            step, drawing = _STEPS[event.key()], self._gesture
            if step:
                drawing.step(step)
            else:
                self._gesture = None
                drawing.finish()
            return
        match event.key():
            case Qt.Key.Key_Space if not event.isAutoRepeat():
                self._space = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            case Qt.Key.Key_Escape if self._gesture is not None:
                gesture, self._gesture = self._gesture, None
                gesture.cancel()
            case Qt.Key.Key_Escape if self.desk.chosen or self.desk.wire:
                self.desk.pick(())
            case Qt.Key.Key_Escape | Qt.Key.Key_Backspace:
                self.desk.leave()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if len(self.desk.chosen) == 1:
                self.open_block(self.desk.chosen[0])
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_Left | Qt.Key.Key_Right as key:
                self._arrow(key, event.modifiers())
            case _:
                super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes to the next port while a wire is drawn by keys."""
        if isinstance(self._gesture, KeyDraw):
            self._gesture.step(1 if forward else -1)
            return True
        return super().focusNextPrevChild(forward)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of what is under the mouse."""
        spot = self.here(event.pos())
        block, wire = self.block_at(spot), self.wire_at(spot)
        if block is not None and block.card is not None:
            if block.card.name not in self.desk.chosen:
                self.desk.pick((block.card.name,))
        elif wire is not None and wire[0].thread is not None:
            self.desk.pick((), wire[0].thread.wire)
        else:
            self.desk.pick(())
        self.menu_wanted.emit(event.globalPos())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        super().keyReleaseEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            wire, block = self._under(self.here(event.position()), event.modifiers())
            self._aim(block or wire)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._aim(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(None)
        kind = kind_in(event.mimeData())
        if kind:
            self.drop_kind(kind, self.here(event.position()), event.modifiers())
            event.acceptProposedAction()
            self.setFocus()

    def _press(self, point: QPoint, spot: QPointF, keys: Keys) -> None:
        port = self.port_at(spot)
        if port is not None:
            item, side, place = port
            taken = None
            if side == "in" and item.card is not None:
                wire = wire_into(self, (item.card.name, place))
                taken = wire.thread.wire if wire is not None and wire.thread is not None else None
            if taken is not None:
                self._take_end(taken, "in", spot)
            else:
                self._gesture = Draw(self, item, side, place)
                self._gesture.move(spot, keys)
            return
        item_there = self.block_at(spot)
        self._waiting = point, item_there
        if item_there is not None and item_there.card is not None and not keys:
            name = item_there.card.name
            if name not in self.desk.chosen:
                self.desk.pick((name,))

    def _take_end(self, wire: Wire, end: str, spot: QPointF) -> None:
        """Drag an end of a wire away; the other one stays where it is."""
        item = self.wires[wire.source, wire.target]
        assert item.thread is not None
        side, (name, place) = (
            ("out", item.thread.source) if end == "in" else ("in", item.thread.target)
        )
        self._gesture = Draw(self, self.blocks[name], side, place, wire)  # type: ignore[arg-type]
        self._gesture.move(spot, Keys.NoModifier)

    def _begin(self, spot: QPointF, item: BlockItem | None, keys: Keys) -> Gesture | None:
        """What a drag from there does."""
        if item is not None:
            name = "" if item.card is None else item.card.name
            if name not in self.desk.chosen:
                kept = self.desk.chosen if keys & _ADDING else ()
                self.desk.pick((*kept, name))
            return Move(self, spot, item)
        found = self.wire_at(spot)
        if found is not None and found[0].thread is not None:
            self._take_end(found[0].thread.wire, "in" if found[1] > 0.5 else "out", spot)
            return self._gesture
        return Band(self, spot, keys)

    def _click_on(self, item: BlockItem | None, spot: QPointF, keys: Keys) -> None:
        desk = self.desk
        if item is None or item.card is None:
            found = self.wire_at(spot)
            if found is not None and found[0].thread is not None:
                desk.pick((), found[0].thread.wire)
            elif not keys & _ADDING:
                desk.pick(())
        elif keys & _ADDING:
            name = item.card.name
            without = tuple(each for each in desk.chosen if each != name)
            desk.pick(without if name in desk.chosen else (*desk.chosen, name))
        else:
            desk.pick((item.card.name,))

    def _arrow(self, key: int, keys: Keys) -> None:
        """To the next block that way; with Alt the selected blocks go that way."""
        across, down = _WAYS[key]
        desk = self.desk
        if keys & Keys.AltModifier:
            step = SMALL if keys & Keys.ShiftModifier else LARGE
            places = {
                name: (desk.places[name][0] + across * step, desk.places[name][1] + down * step)
                for name in desk.chosen
            }
            if places:
                self.move_blocks(places)
            return
        name = next_block(desk.places, desk.chosen[-1] if desk.chosen else "", across, down)
        if name:
            kept = desk.chosen if keys & Keys.ShiftModifier else ()
            desk.pick((*(each for each in kept if each != name), name))
            self.reveal(self.blocks[name].box)

    def _point_out(self, spot: QPointF) -> None:
        """Mark what the mouse is over."""
        port = self.port_at(spot)
        block = None if port is not None else self.block_at(spot)
        wire = None if port is not None or block is not None else self.wire_at(spot)
        self._aim(block or (wire[0] if wire is not None else None))
        for item in self.blocks.values():
            item.light([port[1:]] if port is not None and port[0] is item else ())
        shape = Qt.CursorShape.CrossCursor if port is not None else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if self._space else shape)

    def _aim(self, target: WireItem | BlockItem | None) -> None:
        if target is not self._aimed:
            if self._aimed is not None:
                self._aimed.hover(False)
            if target is not None:
                target.hover(True)
            self._aimed = target

    def _under(self, spot: QPointF, keys: Keys) -> tuple[WireItem | None, BlockItem | None]:
        """What a kind that is dropped there would be put on."""
        if keys & (Keys.AltModifier | Keys.ShiftModifier):
            return None, self.block_at(spot)
        wire = self.wire_at(spot)
        return None if wire is None else wire[0], None

    def _on_picked(self) -> None:
        """What was selected elsewhere, or is new, is brought into view."""
        self._due = self._gesture is None and self._waiting is None and bool(self.desk.chosen)
        self._reveal_due()

    def redraw(self) -> None:
        super().redraw()
        self._reveal_due()

    def _on_glide(self, part: float) -> None:
        super()._on_glide(part)
        if part >= 1.0:
            self._reveal_due()

    def _reveal_due(self) -> None:
        """As soon as everything is where it is going to be."""
        if self._due and not self.desk.settling and not self.gliding:
            self._due = False
            self.reveal(self.boxes_of(self.desk.chosen[-1:]))

    def _on_kind(self, kind: str) -> None:
        spot, source, target = self._asked
        if self._replaced:
            self.replace(self._replaced, kind)
        elif source and spot is not None:
            self.do(self.edits.add_after(kind, source, spot))
        elif target and spot is not None:
            self.do(self.edits.add_before(kind, target, spot))
        elif spot is not None:
            self.do(self.edits.add(kind, spot))
        else:
            self.add_kind(kind)


_STEPS: dict[int, int] = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Return: 0,
    Qt.Key.Key_Enter: 0,
}
"""What keys do while a wire is drawn by them; 0 connects."""
_ADDING = Keys.ShiftModifier | Keys.ControlModifier
_WAYS = {
    int(Qt.Key.Key_Up): (0, -1),
    int(Qt.Key.Key_Down): (0, 1),
    int(Qt.Key.Key_Left): (-1, 0),
    int(Qt.Key.Key_Right): (1, 0),
}


def kind_in(data: QMimeData) -> str:
    """The kind that is dragged."""
    return bytes(data.data(MIME).data()).decode(errors="replace") if data.hasFormat(MIME) else ""
