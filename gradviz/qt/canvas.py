"""The one item of the graph's scene: it paints what is in view, and marks what is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gradviz.qt.graphitems import FrameItem, NodeItem
from gradviz.qt.painting import FULL, News, Painting
from gradviz.qt.pointed import Pointed
from gradviz.qt.sight import Sight
from gradviz.render.theme import Theme

MARGIN = 32.0
APART, WIDE_APART = 8.0, 13.0
"""Pixels between a card and the mark around it; more where the cursor's own mark is between."""


class Canvas(QGraphicsItem):
    """An item for each card would take Qt a second to build and Python as long to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painting: Painting | None = None
        self.sight: Sight | None = None
        """What a view is about to paint; None where all that is exposed is in view."""
        self._theme: Theme | None = None
        self._selected: tuple[NodeItem, ...] = ()
        self._frames: tuple[FrameItem, ...] = ()
        self._hovered: NodeItem | None = None
        self._box = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._box

    def put(self, painting: Painting | None) -> None:
        """Paint this from now on."""
        self.prepareGeometryChange()
        self.painting = painting
        self._selected, self._frames, self._hovered = (), (), None
        self._box = QRectF()
        if painting is not None:
            layout = painting.picture.layout
            self._box = QRectF(0, 0, layout.width, layout.height).adjusted(
                -MARGIN, -MARGIN, MARGIN, MARGIN
            )
        self.update()

    def wear(self, theme: Theme) -> None:
        """Take another theme, or language."""
        self._theme = theme
        if self.painting is not None:
            self.painting.wear(theme)
        self.update()

    def tell(self, news: News) -> None:
        """Show what has happened to cards."""
        if self.painting is None:
            return
        nodes, before = self.painting.picture.nodes, self.painting.current
        self._update(self.painting.show(news))
        if before != self.painting.current:
            self._renew(*(nodes[number] for number in (*before, *self.painting.current)))

    def point(self, pointed: Pointed | None) -> None:
        """Point out some cards; the rest is pale."""
        if self.painting is not None and pointed != self.painting.pointed:
            self.painting.point(pointed)
            self.update()

    def select(self, items: Sequence[NodeItem], frames: Sequence[FrameItem] = ()) -> None:
        """Mark these cards and frames with a dashed outline."""
        if tuple(items) != self._selected:
            self._selected, before = tuple(items), self._selected
            self._renew(*before, *items)
        if tuple(frames) != self._frames:
            self._frames, framed = tuple(frames), self._frames
            self._renew_boxes([frame.box for frame in (*framed, *frames)])

    def hover(self, item: NodeItem | None) -> None:
        """Mark this card with a thin outline."""
        if item is not self._hovered:
            self._hovered, before = item, self._hovered
            self._renew(before, item)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.painting is None or self._theme is None:
            return
        box, sight = option.exposedRect, self.sight
        if sight is None:
            area = (box.left(), box.top(), box.right(), box.bottom())
            scale = option.levelOfDetailFromTransform(painter.worldTransform())
            sight = Sight(area, (area,), scale)
        self.painting.paint(painter, sight)
        scale = sight.scale
        theme = self._theme
        if scale < FULL:
            pointed, nodes = self.painting.pointed, self.painting.picture.nodes
            for number in () if pointed is None else pointed.cards:
                card = nodes[number].card
                if card.intersects(box):
                    pen = QPen(QColor(theme.accent), 3.0)
                    self._outline(painter, card, pen, scale, APART - 2)
            for number in self.painting.current:
                pen = QPen(QColor(theme.cursor), 4.0)
                self._outline(painter, nodes[number].card, pen, scale, APART, filled=True)
        if self._hovered is not None and self._hovered not in self._selected:
            pen = QPen(QColor(theme.accent), 2.0)
            self._outline(painter, self._hovered.card, pen, scale, APART - 3)
        for item in self._selected:
            apart = WIDE_APART if item.number in self.painting.current else APART
            pen = QPen(QColor(theme.accent), 1.5 if self._frames else 3.0, Qt.PenStyle.DashLine)
            self._outline(painter, item.card, pen, scale, apart)
        for frame in self._frames:
            pen = QPen(QColor(theme.accent), 3.0, Qt.PenStyle.DashLine)
            self._outline(painter, frame.box, pen, scale, 0.0)

    def _outline(
        self,
        painter: QPainter,
        mark: QRectF,
        pen: QPen,
        scale: float,
        apart: float,
        *,
        filled: bool = False,
    ) -> None:
        """A rounded box around another one, of the same width on the screen from afar."""
        size = 1.0 if scale >= FULL else FULL / scale
        pen.setWidthF(pen.widthF() * size)
        painter.setPen(pen)
        painter.setBrush(pen.color() if filled and size > 2 else Qt.BrushStyle.NoBrush)
        apart *= size
        box = mark.adjusted(-apart, -apart, apart, apart)
        painter.drawRoundedRect(box, 14 * size, 14 * size)

    def _renew(self, *items: NodeItem | None) -> None:
        self._renew_boxes([item.card for item in items if item is not None])

    def _renew_boxes(self, boxes: Iterable[QRectF]) -> None:
        """Paint these anew with the marks around them."""
        scene = self.scene()
        view = scene.views()[0] if scene is not None and scene.views() else None
        scale = view.transform().m11() if view is not None else 1.0
        around = (WIDE_APART + 6) * max(1.0, FULL / scale)
        self._update([box.adjusted(-around, -around, around, around) for box in boxes])

    def _update(self, areas: Iterable[QRectF]) -> None:
        """Paint each of these anew: Qt's own update of an item joins them into one."""
        scene = self.scene()
        for view in () if scene is None else scene.views():
            for area in areas:
                part = view.mapFromScene(area).boundingRect().adjusted(-2, -2, 2, 2)
                view.viewport().update(part)
