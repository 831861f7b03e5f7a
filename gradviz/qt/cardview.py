"""A view of cards, frames and arrows in place: what is under the mouse, what stays in view."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip

from gradviz.qt.anchor import Anchor, card_in_view
from gradviz.qt.answers import Answer, Target
from gradviz.qt.canvas import Canvas
from gradviz.qt.graphitems import FrameItem, NodeItem
from gradviz.qt.letgo import let_go
from gradviz.qt.look import SPACE
from gradviz.qt.minimap import MiniMap
from gradviz.qt.painting import News, Painting
from gradviz.qt.picture import Picture
from gradviz.qt.pointed import Pointed, pointed_in
from gradviz.qt.sight import Sight, together
from gradviz.qt.zoomview import READABLE, ZoomView
from gradviz.render.layout.tiles import Area
from gradviz.render.theme import Theme

PIECES = 40
"""If a region has more rectangles than that, the smallest one around them is painted."""


class CardView(ZoomView):
    """Shows a `Picture` with a map of it, and follows the cards that the cursor stands on."""

    pictured = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._detail = ""
        self._look = self._first_look
        self._canvas = Canvas()
        self._scene.addItem(self._canvas)
        self.map = MiniMap(theme, self)
        self.map.pointed.connect(self._look_at)

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return None if self._canvas.painting is None else self._canvas.painting.picture

    @property
    def nodes(self) -> list[NodeItem]:
        """The cards of nodes, in the order of execution."""
        return [] if self.picture is None else self.picture.cards

    @property
    def frames(self) -> list[FrameItem]:
        """The frames, outer ones first."""
        return [] if self.picture is None else self.picture.frames

    @property
    def pointed(self) -> Pointed | None:
        """The cards that are pointed out; None for no search."""
        return None if self._canvas.painting is None else self._canvas.painting.pointed

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.map.retranslate()
        self._canvas.wear(self._theme)
        self.viewport().update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._scene.setBackgroundBrush(QColor(theme.background))
        self._canvas.wear(theme)
        self.map.put(self._canvas.painting, theme)

    def point_out(self, answer: Answer | None) -> None:
        """Point out what was looked for; the rest is pale."""
        picture = self.picture
        pointed = None if answer is None or picture is None else pointed_in(picture, answer)
        self._canvas.point(pointed)
        self.map.renew()

    def card_under(self, point: QPoint) -> NodeItem | None:
        """The card at a point of the viewport."""
        return self._node_under(point)

    def hides(self, node: int) -> bool:
        """Whether a node, by its place in the graph, is in a folded box."""
        item = None if self.picture is None else self.picture.by_node.get(node)
        return item is not None and bool(item.calls)

    def show_target(self, target: Target) -> None:
        """Bring the card of a node, or of a leaf that is cut off, into view."""
        picture = self.picture
        if picture is not None:
            node = picture.by_node.get(target) if isinstance(target, int) else None
            item = node or picture.by_leaf.get(str(target))
            if item is not None:
                self._reveal([item])

    def show_selection(self) -> None:
        """Show what is selected, or else what the cursor stands on, with what is around it."""
        item = self._chosen()
        if item is not None:
            self.show_area(item.card)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._canvas.hover(self._node_under(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._canvas.hover(None)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            item = self._node_under(event.pos())
            QToolTip.showText(event.globalPos(), "" if item is None else item.place.card.name, self)
            return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painting = self._canvas.painting
        if painting is None:
            super().paintEvent(event)
            return
        scale, region = self.scale_now, event.region()
        corner = self.mapToScene(0, 0)

        def area(box: QRect) -> Area:
            left, top = corner.x() + box.x() / scale, corner.y() + box.y() / scale
            return left, top, left + box.width() / scale, top + box.height() / scale

        parts = list(region) if region.rectCount() <= PIECES else [region.boundingRect()]  # type: ignore[call-overload]
        sight = Sight(area(self.viewport().rect()), together(map(area, parts)), scale)
        detail, before = painting.detail(sight), self._detail
        self._detail = detail
        if detail != before and region.boundingRect() != self.viewport().rect():
            self.viewport().update()
        self._canvas.sight = sight
        try:
            super().paintEvent(event)
        finally:
            self._canvas.sight = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.map.fit()
        super().resizeEvent(event)
        self._tell_map()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._tell_map()

    def _selected(self) -> list[NodeItem]:
        """The cards of what is selected."""
        return []

    def _selected_frames(self) -> list[FrameItem]:
        """The frames of what is selected."""
        return []

    def _put(self, picture: Picture | None, anchor: Anchor | None = None) -> None:
        """The only place where what is in the scene changes."""
        held = None if picture is None else anchor or card_in_view(self)
        if self.picture is not None:
            let_go(self.picture)
        self._canvas.put(None if picture is None else Painting(picture, self._theme))
        self._set_area(self._canvas.boundingRect())
        self.map.put(self._canvas.painting, self._theme)
        self._mark()
        spot = None if picture is None or held is None else held.found_in(picture)
        if spot is not None and held is not None:
            self._look = None
            self._hold(spot, held.seen)
        elif picture is not None:
            self._first_look()
        self._tell_map()
        self.viewport().update()
        self.pictured.emit()

    def _show(self, painting: Painting, found: News) -> None:
        if painting is self._canvas.painting:
            self._canvas.tell(found)
            self.map.renew()
            self._follow()

    def _first_look(self) -> None:
        """All of it if that can be read; else the width, or at least readable text around the card
        at the top, for the middle of what is too wide may be empty there.
        """
        self._look = self._first_look
        self._show_whole()
        if self.scale_now < READABLE and self.nodes:
            area, beside = self._area, self.map.width() + 2 * SPACE
            room = self.viewport().width() - beside
            self._set_scale(min(max(room / area.width(), READABLE), 1.0))
            aside = beside / self.scale_now
            self.setSceneRect(area.adjusted(0, 0, aside, 0))
            first = min((item.card for item in self.nodes), key=lambda card: card.top())
            wide = area.width() * self.scale_now > room
            middle = first.center().x() if wide else area.center().x()
            self._jump(QPointF(middle + aside / 2, area.top()))
            self._follow()

    def _follow(self) -> None:
        """Bring what the cursor stands on into view if it is not."""
        painting = self._canvas.painting
        if painting is not None:
            self._reveal([painting.picture.nodes[number] for number in painting.current])

    def _reveal(self, items: list[NodeItem]) -> None:
        area = QRectF()
        for item in items:
            area = area.united(item.card)
        seen = self.seen()
        if area.width() > seen.width() or area.height() > seen.height():
            area = items[-1].card
        if items:
            self.reveal(area.adjusted(0, 0, self._under_map(area), 0))

    def _under_map(self, area: QRectF) -> float:
        """How far a part of the scene must move to the left so as not to be under the map."""
        if self.map.isHidden():
            return 0.0
        covered = self.mapToScene(self.map.geometry()).boundingRect()
        return covered.width() if covered.intersects(area) else 0.0

    def _look_at(self, spot: QPointF) -> None:
        self._look = None
        self._jump(spot)

    def _tell_map(self) -> None:
        self.map.look(self.seen())
        corner = self.viewport().geometry().bottomRight()
        self.map.move(corner - QPoint(self.map.width() + SPACE, self.map.height() + SPACE))

    def _is_current(self, number: int) -> bool:
        painting = self._canvas.painting
        return painting is not None and number in painting.current

    def _node_under(self, point: QPoint) -> NodeItem | None:
        spot = self.mapToScene(point)
        return None if self.picture is None else self.picture.card_at(spot.x(), spot.y())

    def _cards_of(self, nodes: Iterable[int]) -> list[NodeItem]:
        picture = self.picture
        if picture is None:
            return []
        found = {picture.by_node[node].number for node in nodes if node in picture.by_node}
        return [picture.nodes[number] for number in sorted(found)]

    def _inside(self, frame: FrameItem) -> list[NodeItem]:
        """The cards in a frame."""
        picture = self.picture
        return [] if picture is None else picture.inside.get(frame.place.frame.path, [])

    def _chosen(self) -> NodeItem | None:
        """The card of what is selected, or else of what the cursor stands on."""
        cards = self._selected()
        cards = cards or [item for item in self.nodes if self._is_current(item.number)]
        return cards[-1] if cards else None

    def _mark(self) -> None:
        self._canvas.select(self._selected(), self._selected_frames())
