"""The graphics items of the autograd graph: they paint the display lists that `render` draws."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gradviz.render.arrows import draw_edge
from gradviz.render.cards import draw_node
from gradviz.render.drawing import Box, Item
from gradviz.render.frames import TAB_HEIGHT, TAB_PADDING, draw_frame, draw_tab
from gradviz.render.layout import FramePlace, Place, Route
from gradviz.render.painter import paint
from gradviz.render.status import Status
from gradviz.render.theme import Theme

AROUND = 18.0
"""Pixels around a card that its marks may take."""
FAR = 0.3
"""Below this scale a card is a plain box: nobody could read it."""


class Painted(QGraphicsItem):
    """Paints a display list."""

    def __init__(self, box: QRectF, z: float) -> None:
        super().__init__()
        self._box = box
        self._items: tuple[Item, ...] = ()
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._box

    def put(self, items: tuple[Item, ...]) -> None:
        """Paint this from now on."""
        if items != self._items:
            self._items = items
            self.update()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        paint(painter, self._items)


class NodeItem(Painted):
    """The card at a place of the picture; ``nodes`` are the places in the graph of what it stands
    for, its own last, and ``calls`` the folded module calls.
    """

    def __init__(
        self, number: int, place: Place, nodes: tuple[int, ...], calls: tuple[str, ...]
    ) -> None:
        card = place.card
        self.number = number
        self.nodes = nodes
        self.calls = calls
        self.place = place
        self.card = QRectF(place.x, place.y, card.width, card.height)
        super().__init__(self.card.adjusted(-AROUND, -AROUND, AROUND, AROUND), 3.0)
        self._selected: tuple[str, bool] | None = None
        self.setToolTip(card.name)

    def show_status(self, status: Status | None, theme: Theme, *, selected: bool) -> None:
        """Show what is known of the node, and whether it is selected."""
        self.put(draw_node(self.place, status, theme))
        self.setZValue(4.0 if status is not None and status.current else 3.0)
        mark = (theme.accent, status is not None and status.current) if selected else None
        if mark != self._selected:
            self._selected = mark
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < FAR:
            paint(painter, tuple(item for item in self._items if isinstance(item, Box)))
        else:
            paint(painter, self._items)
        if self._selected is not None:
            colour, current = self._selected
            around = 13 if current else 8
            painter.setPen(QPen(QColor(colour), 3.0, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = self.card.adjusted(-around, -around, around, around)
            painter.drawRoundedRect(box, 14, 14)


class EdgeItem(Painted):
    """An edge with the arrow of its gradient."""

    def __init__(self, route: Route) -> None:
        self.route = route
        xs = [x for x, _y in route.points]
        ys = [y for _x, y in route.points]
        box = QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        super().__init__(box.adjusted(-AROUND, -AROUND, AROUND, AROUND), 1.0)

    def show_statuses(self, producer: Status | None, consumer: Status | None, theme: Theme) -> None:
        """Show whether data and gradient have passed."""
        self.put(draw_edge(self.route, producer, consumer, theme))


class FrameItem(Painted):
    """The field of a module call, or the tab with its name."""

    def __init__(self, place: FramePlace, *, tab: bool) -> None:
        box = QRectF(place.x, place.y, place.width, place.height)
        super().__init__(box.adjusted(-2, -2, 2, 2), 2.0 if tab else 0.0)
        self.tab = tab
        self.place = place
        self._draw: Callable[[FramePlace, Theme], tuple[Item, ...]] = (
            draw_tab if tab else draw_frame
        )

    def name_box(self) -> QRectF:
        """Where the tab with the name is."""
        width = min(self.place.frame.width + 2 * TAB_PADDING, self.place.width)
        return QRectF(self.place.x, self.place.y, width, TAB_HEIGHT)

    def show_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.put(self._draw(self.place, theme))
