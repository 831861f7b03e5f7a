"""What a drag on the canvas does, from the press of the mouse to its release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsPathItem, QGraphicsRectItem

from gradviz.qt.blocks.blockitem import BlockItem
from gradviz.qt.blocks.wireitem import THICK, WireItem
from gradviz.render.blocks.blockcard import Side
from gradviz.render.blocks.sheet import End, input_name, source_name
from gradviz.render.blocks.wires import wire_points
from gradviz.render.write.painter import path_of
from gradviz.spec.check import block_of
from gradviz.spec.model import Wire

if TYPE_CHECKING:
    from gradviz.qt.blocks.editor import Editor

Keys = Qt.KeyboardModifier
SNAP = 7.0
"""Pixels of the screen from which a block that is moved lines up with another one."""


class Gesture:
    """It is told where the mouse is on the scene. ``cancel`` leaves everything as it was."""

    def __init__(self, canvas: Editor) -> None:
        self.canvas = canvas

    def move(self, spot: QPointF, keys: Keys) -> None:
        """The mouse is there."""

    def end(self, spot: QPointF, keys: Keys) -> None:
        """The button is released there."""

    def cancel(self) -> None:
        """Give up."""


class Pan(Gesture):
    """What is looked at goes with the mouse."""

    def __init__(self, canvas: Editor, spot: QPointF) -> None:
        super().__init__(canvas)
        self._spot = spot
        canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, spot: QPointF, keys: Keys) -> None:
        self.canvas.pan(self._spot - spot)

    def end(self, spot: QPointF, keys: Keys) -> None:
        self.cancel()

    def cancel(self) -> None:
        self.canvas.viewport().setCursor(Qt.CursorShape.ArrowCursor)


class Band(Gesture):
    """What a rectangle touches is selected; with Shift, besides what is selected already."""

    def __init__(self, canvas: Editor, spot: QPointF, keys: Keys) -> None:
        super().__init__(canvas)
        self._spot = spot
        self._before = canvas.desk.chosen
        self._kept = self._before if keys & Keys.ShiftModifier else ()
        self._box = QGraphicsRectItem()
        colour = QColor(canvas.theme.accent)
        self._box.setPen(_pen(colour, 1.2))
        colour.setAlpha(36)
        self._box.setBrush(colour)
        self._box.setZValue(3)
        canvas.scene().addItem(self._box)

    def move(self, spot: QPointF, keys: Keys) -> None:
        area = QRectF(self._spot, spot).normalized()
        self._box.setRect(area)
        touched = [name for name, item in self.canvas.blocks.items() if item.box.intersects(area)]
        self.canvas.desk.pick((*self._kept, *touched))

    def end(self, spot: QPointF, keys: Keys) -> None:
        self.canvas.scene().removeItem(self._box)

    def cancel(self) -> None:
        self.canvas.scene().removeItem(self._box)
        self.canvas.desk.pick(self._before)


class Move(Gesture):
    """The selected blocks go with the mouse, and line up with others unless Alt is held. A single
    one that has no wires yet can be dropped on a wire.
    """

    def __init__(self, canvas: Editor, spot: QPointF, item: BlockItem) -> None:
        super().__init__(canvas)
        self._spot, self._held = spot, item
        chosen = set(canvas.desk.chosen)
        self._items = {name: each for name, each in canvas.blocks.items() if name in chosen}
        self._from = {name: each.middle for name, each in self._items.items()}
        others = [each for name, each in canvas.blocks.items() if name not in chosen]
        self._xs = [each.middle[0] for each in others]
        self._ys = [each.middle[1] for each in others]
        self._guides = QGraphicsLineItem(), QGraphicsLineItem()
        for guide in self._guides:
            guide.setPen(_pen(QColor(canvas.theme.gradient_line), 1.2, dashed=True))
            guide.setZValue(2)
            guide.hide()
            canvas.scene().addItem(guide)
        self._wire: WireItem | None = None
        condition = item.condition
        self._may_insert = len(self._items) == 1 and not (condition.wired_in or condition.wired_out)

    def move(self, spot: QPointF, keys: Keys) -> None:
        dx, dy = spot.x() - self._spot.x(), spot.y() - self._spot.y()
        x, y = self._from[self._held.card.name if self._held.card else ""]
        if not keys & Keys.AltModifier:
            dx += self._line_up(x + dx, self._xs, self._guides[0], spot)
            dy += self._line_up(y + dy, self._ys, self._guides[1], spot)
        for name, (left, top) in self._from.items():
            self._items[name].stand((left + dx, top + dy))
        self.canvas.lead_wires(self._items)
        if self._may_insert:
            found = self.canvas.wire_at(spot)
            self._aim(None if found is None else found[0])

    def end(self, spot: QPointF, keys: Keys) -> None:
        places = {name: item.middle for name, item in self._items.items()}
        wire = self._wire
        self._clear()
        if wire is not None and wire.thread is not None:
            (name,) = places
            self.canvas.insert_block(name, wire.thread.wire, places)
        elif places != self._from:
            self.canvas.move_blocks(places)

    def cancel(self) -> None:
        self._clear()
        for name, place in self._from.items():
            self._items[name].stand(place)
        self.canvas.lead_wires()

    def _clear(self) -> None:
        self._aim(None)
        for guide in self._guides:
            self.canvas.scene().removeItem(guide)

    def _aim(self, wire: WireItem | None) -> None:
        if wire is not self._wire:
            for each, hovered in ((self._wire, False), (wire, True)):
                if each is not None:
                    each.hover(hovered)
            self._wire = wire

    def _line_up(
        self, at: float, lines: list[float], guide: QGraphicsLineItem, spot: QPointF
    ) -> float:
        """How far to the nearest line, if one is near; the guide shows it."""
        near = min(lines, key=lambda line: abs(line - at), default=None)
        if near is None or abs(near - at) > SNAP / self.canvas.scale_now:
            guide.hide()
            return 0.0
        seen = self.canvas.seen()
        if guide is self._guides[0]:
            guide.setLine(near, seen.top(), near, seen.bottom())
        else:
            guide.setLine(seen.left(), near, seen.right(), near)
        guide.show()
        return near - at


class Draw(Gesture):
    """A wire is drawn from a port to one of the other side; ``taken`` is the wire whose end that
    is. Ports that take it are lit.
    """

    def __init__(
        self, canvas: Editor, item: BlockItem, side: Side, place: int, taken: Wire | None = None
    ) -> None:
        super().__init__(canvas)
        assert item.card is not None
        self._item, self._side, self._place, self._taken = item, side, place, taken
        self._other: Side = "out" if side == "in" else "in"
        self._fitting = self._ports()
        self._over: tuple[BlockItem, int] | None = None
        self._line = QGraphicsPathItem()
        self._line.setPen(_pen(QColor(canvas.theme.accent), THICK, cosmetic=False))
        self._line.setZValue(2)
        canvas.scene().addItem(self._line)
        canvas.hide_wire(taken)
        for name, each in canvas.blocks.items():
            ports = [(self._other, each_place) for each_place in self._fitting.get(name, ())]
            each.light(ports, pale=not ports and each is not item)

    def move(self, spot: QPointF, keys: Keys) -> None:
        self._over = self._target(spot)
        fixed = self._item.port(self._side, self._place)
        loose = spot if self._over is None else self._over[0].port(self._other, self._over[1])
        start, end = (fixed, loose) if self._side == "out" else (loose, fixed)
        points = wire_points((start.x(), start.y()), (end.x(), end.y()))
        self._line.setPath(path_of(points))

    def end(self, spot: QPointF, keys: Keys) -> None:
        self._over = self._target(spot)
        over, taken = self._over, self._taken
        self._clear()
        if over is not None:
            source, target = self._names(over)
            if taken is None:
                self.canvas.connect_ports(source, target)
            elif (source, target) != (taken.source, taken.target):
                self.canvas.reconnect(taken, source, target)
        elif taken is not None:
            self.canvas.disconnect_wire(taken)
        elif self.canvas.block_at(spot) is None:
            source, target = self._names(None)
            self.canvas.ask_kind(spot, source=source, target=target)

    def cancel(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.canvas.scene().removeItem(self._line)
        self.canvas.hide_wire(None)
        for item in self.canvas.blocks.values():
            item.light(())

    def _target(self, spot: QPointF) -> tuple[BlockItem, int] | None:
        """The port that the mouse means: a near one, or on a card the first that is free."""
        found = self.canvas.port_at(spot, self._other)
        if found is not None and found[0].card is not None:
            item, _side, place = found
            if place in self._fitting.get(found[0].card.name, ()):
                return item, place
        block = self.canvas.block_at(spot)
        if block is None or block.card is None:
            return None
        places = self._fitting.get(block.card.name, ())
        wired = block.condition.wired_in if self._other == "in" else ()
        free = [place for place in places if place not in wired]
        return (block, (free or list(places))[0]) if places else None

    def _names(self, over: tuple[BlockItem, int] | None) -> tuple[str, str]:
        """Both ends as a wire names them; one that is loose has no name."""
        ends = {self._side: (self._item, self._place), self._other: over}
        source, target = ends["out"], ends["in"]
        return (
            source_name(source[0].card, source[1]) if source and source[0].card else "",
            input_name(target[0].card, target[1]) if target and target[0].card else "",
        )

    def _ports(self) -> dict[str, tuple[int, ...]]:
        """The ports that take the wire, by blocks: all but those that would close a circle."""
        assert self._item.card is not None
        name = self._item.card.name
        wires = [each.wire for each in self.canvas.desk.sheet.threads]
        pairs = [(block_of(each.source), block_of(each.target)) for each in wires]
        if self._side == "out":
            pairs = [(target, source) for source, target in pairs]
        closed = _reached(name, pairs)
        found = {}
        for each, item in self.canvas.blocks.items():
            card = item.card
            if card is not None and each not in closed:
                count = len(card.inputs if self._other == "in" else card.outputs)
                if count:
                    found[each] = tuple(range(count))
        return found


class KeyDraw(Draw):
    """The same without a mouse: the keys choose among the ports that take the wire."""

    def __init__(self, canvas: Editor, item: BlockItem) -> None:
        super().__init__(canvas, item, "out", 0)
        x, y = item.middle
        self._candidates = sorted(
            (
                (each, place)
                for name, places in self._fitting.items()
                for each in [canvas.blocks[name]]
                for place in places
                if place not in each.condition.wired_in
            ),
            key=lambda at: (
                at[0].middle[1] < y,
                abs(at[0].middle[1] - y) + abs(at[0].middle[0] - x),
            ),
        )
        self._at = 0
        self.step(0)

    @property
    def possible(self) -> bool:
        """Whether there is a port to go to."""
        return bool(self._candidates)

    def step(self, by: int) -> None:
        """To the next port, or with -1 to the one before."""
        if self._candidates:
            self._at = (self._at + by) % len(self._candidates)
            item, place = self._candidates[self._at]
            self.canvas.reveal(item.box)
            self.move(item.port("in", place), Keys.NoModifier)

    def finish(self) -> None:
        """Connect with the port that is chosen."""
        item, place = self._candidates[self._at]
        self.end(item.port("in", place), Keys.NoModifier)


def wire_into(canvas: Editor, end: End) -> WireItem | None:
    """The wire that leads to an input."""
    for wire in canvas.wires.values():
        if wire.thread is not None and wire.thread.target == end:
            return wire
    return None


def _reached(name: str, pairs: list[tuple[str, str]]) -> set[str]:
    """A block and all that pairs lead to from it."""
    onward: dict[str, list[str]] = {}
    for one, other in pairs:
        onward.setdefault(one, []).append(other)
    waiting, found = [name], set[str]()
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += onward.get(here, ())
    return found


def _pen(colour: QColor, width: float, *, dashed: bool = False, cosmetic: bool = True) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(cosmetic)
    if dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen
