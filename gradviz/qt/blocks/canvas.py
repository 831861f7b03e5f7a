"""The canvas: the blocks of a diagram and the wires between them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGraphicsView

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.blockitem import TITLES, BlockItem, far_fill
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.wireitem import WireItem
from gradviz.qt.look import SPACE, TEXT
from gradviz.qt.minimap import MiniMap
from gradviz.qt.zoomview import ZoomView
from gradviz.render import fonts
from gradviz.render.blocks.blockcard import Side
from gradviz.render.blocks.wires import distance, routed
from gradviz.render.theme import Theme

MARGIN = 80.0
"""Pixels of empty ground around the blocks, at least."""
DOTS, DOTTED = 24, 0.75
"""Pixels between the dots of the ground, and the scale from which they are painted evenly."""
NEAR_PORT, NEAR_WIRE = 13.0, 7.0
"""Pixels of the screen from which a port or a wire is meant."""
INSIDE, OUTSIDE = 9.0, 16.0
"""Pixels of the scene from which a port is meant at most, on its card and beside it: a card and a
wire can be had in any scale.
"""
READABLE = 0.8
"""The scale in which a large diagram is shown first, from its top."""
GLIDE = 180
"""Milliseconds in which blocks move to where they are arranged."""


class Canvas(ZoomView):
    """Shows the desk's sheet. Items are made and removed in `redraw` alone."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self.desk = desk
        self._theme = theme
        self.blocks: dict[str, BlockItem] = {}
        self.wires: dict[tuple[str, str], WireItem] = {}
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._on_glide)
        self._ways: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {}
        self.setDragMode(QGraphicsView.DragMode.NoDrag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.map = MiniMap(theme, self)
        self.map.pointed.connect(self._look_at)
        desk.drawn.connect(self.redraw)
        desk.entered.connect(self._on_entered)
        desk.picked.connect(self._mark)
        self.recolour(theme)
        self.retranslate()

    @property
    def still(self) -> bool:
        return super().still and not self.gliding

    @property
    def gliding(self) -> bool:
        """Whether blocks are on their way to where they are arranged."""
        return bool(self._ways)

    def catch_up(self) -> None:
        """Have everything at once where it is gliding to."""
        if self.gliding:
            self._glide.setCurrentTime(self._glide.duration())
            self._glide.stop()
        if self._move.state() == QVariantAnimation.State.Running:  # perhaps to where they glided
            self._move.setCurrentTime(self._move.duration())
            self._move.stop()
        self.map.catch_up()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        tile = QPixmap(DOTS, DOTS)
        tile.fill(QColor(theme.frame_fill))
        painter = QPainter(tile)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.frame_line))
        painter.drawRect(0, 0, 1, 1)
        painter.end()
        self._ground = QBrush(tile)
        self.setBackgroundBrush(QColor(theme.frame_fill))
        self.redraw()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("blocks"))
        self.map.retranslate()
        self.viewport().update()

    def redraw(self) -> None:
        """Show the sheet: the only place that makes and removes items."""
        sheet, places, scene = self.desk.sheet, self.desk.places, self._scene
        shown = {name: card for name, card in sheet.cards.items() if name in places}
        fresh = not self.blocks
        before = {name: item.middle for name, item in self.blocks.items()}
        for name in [each for each in self.blocks if each not in shown]:
            scene.removeItem(self.blocks.pop(name))
        for name, card in shown.items():
            item = self.blocks.get(name)
            if item is None:
                item = self.blocks[name] = BlockItem()
                scene.addItem(item)
            item.show_card(card, sheet.conditions[name], self._theme)
        threads = {
            (each.wire.source, each.wire.target): each
            for each in sheet.threads
            if each.source[0] in shown and each.target[0] in shown
        }
        for key in [each for each in self.wires if each not in threads]:
            scene.removeItem(self.wires.pop(key))
        for key, thread in threads.items():
            wire = self.wires.get(key)
            if wire is None:
                wire = self.wires[key] = WireItem()
                scene.addItem(wire)
            wire.show_thread(thread, self._theme)
        self._settle(before)
        self._mark()
        self.grow()
        if fresh and shown:
            self._look = self.begin
        if self._look is not None and shown:
            self._look()
        self.viewport().update()

    def lead_wires(self, names: Iterable[str] | None = None) -> None:
        """Lead the wires of these blocks, or of all, from port to port. While blocks are moved
        their wires go straight; afterwards, around what stands between.
        """
        chosen = None if names is None else set(names)
        wires = [
            each
            for each in self.wires.values()
            if each.thread is not None
            and (chosen is None or not chosen.isdisjoint((each.thread.source[0],
                                                          each.thread.target[0])))
        ]  # fmt: skip
        ends = [self._ends(each) for each in wires]
        boxes = [] if chosen is not None else [_area(item.box) for item in self.blocks.values()]
        for wire, points in zip(wires, routed(ends, boxes), strict=True):
            wire.lead(points)

    def grow(self) -> None:
        """Let the scene be as large as what is on it, and somewhat larger."""
        area = QRectF()
        for item in self.blocks.values():
            area = area.united(item.box.adjusted(0, 0, 0, 24))
        for wire in self.wires.values():
            area = area.united(wire.boundingRect())
        if area.isNull():
            area = QRectF(0, 0, 10, 10)
        self._area = area.adjusted(-MARGIN, -MARGIN / 2, MARGIN, MARGIN / 2)
        self.map.put(self if self.blocks else None, self._theme)
        self._tell_map()
        room = max(area.width(), area.height(), 2000.0)
        self.setSceneRect(area.adjusted(-room, -room, room, room))

    def block_at(self, spot: QPointF) -> BlockItem | None:
        """The block whose card is there."""
        for item in reversed(self.blocks.values()):
            if item.box.contains(spot):
                return item
        return None

    def port_at(
        self, spot: QPointF, side: Side | None = None
    ) -> tuple[BlockItem, Side, int] | None:
        """The port that is meant there, on one side or on any."""
        reach = min(max(NEAR_PORT / self.scale_now, INSIDE), OUTSIDE)
        best: tuple[float, BlockItem, Side, int] | None = None
        sides: tuple[Side, ...] = ("in", "out") if side is None else (side,)
        for item in self.blocks.values():
            card, box = item.card, item.box
            if card is None or not box.adjusted(-reach, -reach, reach, reach).contains(spot):
                continue
            near = INSIDE if box.contains(spot) else reach
            for each in sides:
                for place in range(len(card.inputs if each == "in" else card.outputs)):
                    way = item.port(each, place) - spot
                    away = (way.x() ** 2 + way.y() ** 2) ** 0.5
                    if away <= near and (best is None or away < best[0]):
                        best = away, item, each, place
        return None if best is None else best[1:]

    def wire_at(self, spot: QPointF) -> tuple[WireItem, float] | None:
        """The wire that is meant there, and how far along it."""
        reach = NEAR_WIRE / min(self.scale_now, 1.5)
        best: tuple[float, WireItem, float] | None = None
        for wire in self.wires.values():
            if wire.boundingRect().contains(spot):
                away, part = distance(wire.points, (spot.x(), spot.y()))
                if away <= reach and (best is None or away < best[0]):
                    best = away, wire, part
        return None if best is None else best[1:]

    def here(self, point: QPoint | QPointF) -> QPointF:
        """A point of the viewport on the scene."""
        return self.mapToScene(point if isinstance(point, QPoint) else point.toPoint())

    def boxes_of(self, names: Iterable[str]) -> QRectF:
        """What some blocks take together."""
        area = QRectF()
        for name in names:
            if name in self.blocks:
                area = area.united(self.blocks[name].box)
        return area

    def begin(self) -> None:
        """Show the whole scene; if it is too large to be read, its upper part."""
        self._look = self.begin
        self._show_whole(least=READABLE)

    def _show_whole(self, *, least: float = 0.0) -> None:
        area, room = self._area, self.viewport().rect()
        if area.isEmpty():
            return
        scale = min(room.width() / area.width(), room.height() / area.height(), 1.0)
        self._set_scale(max(scale, least))
        middle = area.center()
        if scale < least:
            middle.setY(area.top() + room.height() / least / 2)
        self._jump(middle)

    def show_selection(self) -> None:
        """Show what is selected."""
        self.show_area(self.boxes_of(self.desk.chosen))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        scale = painter.worldTransform().m11()
        if scale < DOTTED:
            painter.fillRect(rect, self.backgroundBrush())
            if scale < TITLES:
                self._paint_far(painter, QRectF(rect), scale)
        else:
            painter.fillRect(rect, self._ground)

    def _paint_far(self, painter: QPainter, rect: QRectF, scale: float) -> None:
        """All wires and blocks from afar, in one go: a call for each would take too long."""
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.edge), 0))
        for wire in self.wires.values():
            painter.drawPolyline(wire.far)
        line, edge = QColor(theme.function_line), 1 / scale
        for item in self.blocks.values():
            box, card = item.box, item.card
            if card is not None and box.intersects(rect):
                bad = item.condition.problem
                painter.fillRect(box, QColor(theme.error) if bad else line)
                if not bad:
                    inside = box.adjusted(edge, edge, -edge, -edge)
                    painter.fillRect(inside, QColor(far_fill(card, theme)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        text = "" if self.blocks else self._empty_text()
        if text:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.muted))
            painter.setFont(fonts.font("sans", TEXT + 2))
            area = self.viewport().rect().adjusted(4 * SPACE, SPACE, -4 * SPACE, -SPACE)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, text)

    @property
    def area(self) -> QRectF:
        """What there is a map of."""
        return self._area.adjusted(MARGIN / 2, MARGIN / 4, -MARGIN / 2, -MARGIN / 4)

    def paint_map(self, painter: QPainter, across: float, down: float) -> None:
        """Paint all blocks as plain boxes."""
        painter.scale(across, down)
        painter.translate(-self.area.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        for item in self.blocks.values():
            painter.setBrush(QColor(self._map_colour(item)))
            painter.drawRect(item.box)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._tell_map()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.map.fit()
        self._tell_map()

    def _map_colour(self, item: BlockItem) -> str:
        theme, card = self._theme, item.card
        if item.condition.problem:
            return theme.error
        return theme.leaf_line if card is not None and card.learns else theme.function_line

    def _tell_map(self) -> None:
        self.map.look(self.seen())
        # At the left: what is wrong with a block is written at its right.
        self.map.move(SPACE, self.viewport().height() - self.map.height() - SPACE)

    def _look_at(self, spot: QPointF) -> None:
        self._look = None
        self._jump(spot)

    def _empty_text(self) -> str:
        if self.desk.workspace.project is None:
            return _("No project is open. File ▸ Open… opens one.")
        if not self.desk.catalogue or self.desk.sheet.cards:
            return _("Loading…")
        return _("Nothing here yet. Drag a block from the left, or type its name: press /.")

    def _ends(self, wire: WireItem) -> tuple[tuple[float, float], tuple[float, float]]:
        assert wire.thread is not None
        (source, output), (target, place) = wire.thread.source, wire.thread.target
        start, end = self.blocks[source].port("out", output), self.blocks[target].port("in", place)
        return (start.x(), start.y()), (end.x(), end.y())

    def _settle(self, before: dict[str, tuple[float, float]]) -> None:
        """Put the blocks where they belong; those that were elsewhere glide there."""
        self._glide.stop()
        places = self.desk.places
        self._ways = {}
        moving = self.isVisible() and len(self.blocks) <= 200
        for name, item in self.blocks.items():
            if moving and name in before and _far(before[name], places[name]):
                self._ways[name] = before[name], places[name]
                item.stand(before[name])
            else:
                item.stand(places[name])
        self.lead_wires()
        if self._ways:
            self._glide.start()

    def _on_glide(self, part: float) -> None:
        ease = 1 - (1 - part) ** 3
        for name, ((x0, y0), (x1, y1)) in self._ways.items():
            if name in self.blocks:
                self.blocks[name].stand((x0 + (x1 - x0) * ease, y0 + (y1 - y0) * ease))
        if part >= 1.0:
            self._ways = {}
            self.lead_wires()
            self.grow()
        else:
            self.lead_wires(self._ways)

    def _on_entered(self) -> None:
        for each in (*self.blocks.values(), *self.wires.values()):
            self._scene.removeItem(each)
        self.blocks, self.wires = {}, {}
        self._look = self.begin

    def _mark(self) -> None:
        """Mark what is selected."""
        chosen, picked = set(self.desk.chosen), self.desk.wire
        for name, item in self.blocks.items():
            item.choose(name in chosen)
        for wire in self.wires.values():
            wire.choose(wire.thread is not None and wire.thread.wire == picked)
        self.setAccessibleDescription(", ".join(self.desk.chosen))


def _area(box: QRectF) -> tuple[float, float, float, float]:
    return box.x(), box.y(), box.width(), box.height()


def _far(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) > 1.0
