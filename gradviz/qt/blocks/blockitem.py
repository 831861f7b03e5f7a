"""A block on the canvas: one item that paints its card with its ports."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gradviz.qt.blocks.stamps import Stamp
from gradviz.render import fonts
from gradviz.render.blocks.blockcard import LEFT, LOW, TITLE, BlockCard, Side
from gradviz.render.blocks.drawblock import PORT, Condition, bubble_size, draw_block, reach_below
from gradviz.render.theme import Theme
from gradviz.render.write.painter import paint_strokes, strokes_of

FULL, TITLES = 0.42, 0.2
"""Scales from which cards are whole, or have a large title; below that they are boxes."""
AROUND = 14.0
"""Pixels that the marks of a card may take around it."""
PALE = 0.35


class BlockItem(QGraphicsItem):
    """Its place is the upper left corner of its card. ``lit`` ports would take the wire that is
    being drawn; while one is, what takes none is pale.
    """

    def __init__(self) -> None:
        super().__init__()
        self.card: BlockCard | None = None
        self.condition = Condition()
        self._theme: Theme | None = None
        self._stamp: Stamp | None = None
        self._lit: frozenset[tuple[Side, int]] = frozenset()
        self._pale = self._hovered = self._chosen = False
        self._box = QRectF()
        self.setZValue(1)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._box

    @property
    def box(self) -> QRectF:
        """The card on the scene."""
        assert self.card is not None
        return QRectF(self.x(), self.y(), self.card.width, self.card.height)

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the card on the scene."""
        assert self.card is not None
        return self.x() + self.card.width / 2, self.y() + self.card.height / 2

    def stand(self, middle: tuple[float, float]) -> None:
        """Stand with the card's middle there."""
        assert self.card is not None
        self.setPos(middle[0] - self.card.width / 2, middle[1] - self.card.height / 2)

    def port(self, side: Side, place: int) -> QPointF:
        """The middle of a port on the scene."""
        assert self.card is not None
        x, y = self.card.port(side, place)
        return QPointF(self.x() + x, self.y() + y)

    def show_card(self, card: BlockCard, condition: Condition, theme: Theme) -> None:
        """Show this from now on."""
        if (card, condition) == (self.card, self.condition) and theme is self._theme:
            return
        if card != self.card or condition != self.condition:
            self.prepareGeometryChange()
            below = reach_below(len(card.outputs))
            whole = QRectF(0, 0, card.width + 60, card.height + below)
            if condition.words:
                width, height = bubble_size(condition.words)
                top = (card.height - height) / 2
                whole = whole.united(QRectF(card.width, top, width + 16, height))
            self._box = whole.adjusted(-AROUND, -AROUND, AROUND, AROUND)
            self.setZValue(1.5 if condition.words else 1)
        self.card, self.condition, self._theme = card, condition, theme
        strokes = strokes_of(draw_block(card, condition, theme))

        def paint_card(painter: QPainter, scale: float) -> None:
            if scale >= FULL:
                paint_strokes(painter, strokes)
            else:
                _paint_far(painter, card, theme, scale, problem=condition.problem)

        self._stamp = Stamp(paint_card, self._box)
        self.update()

    def light(self, ports: Collection[tuple[Side, int]], *, pale: bool = False) -> None:
        """Light up these ports, and be pale or not."""
        lit = frozenset(ports)
        if (lit, pale) != (self._lit, self._pale):
            self._lit, self._pale = lit, pale
            self.update()

    def choose(self, chosen: bool) -> None:
        """Be marked as selected."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def hover(self, hovered: bool) -> None:
        """Be marked as what the mouse is over."""
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        card, theme = self.card, self._theme
        if card is None or theme is None or self._stamp is None:
            return
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if self._pale:
            painter.setOpacity(PALE)
        if scale >= TITLES:
            self._stamp.paint(painter, scale)
        self._paint_marks(painter, card, theme, scale)

    def _paint_marks(self, painter: QPainter, card: BlockCard, theme: Theme, scale: float) -> None:
        thick = max(1.0, FULL / scale)
        box = QRectF(0, 0, card.width, card.height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._chosen or self._hovered:
            apart = 3.5 * thick
            painter.setPen(QPen(QColor(theme.accent), (3.0 if self._chosen else 1.2) * thick))
            around = box.adjusted(-apart, -apart, apart, apart)
            painter.drawRoundedRect(around, 11, 11)
        for side, place in self._lit:
            painter.setPen(QPen(QColor(theme.accent), 3.0))
            painter.setBrush(QColor(theme.panel))
            x, y = card.port(side, place)
            painter.drawEllipse(QPointF(x, y), PORT + 3, PORT + 3)


def far_fill(card: BlockCard, theme: Theme) -> str:
    """The colour of a card that is too small to be read."""
    return {"output": theme.output_fill, "composite": theme.frame_tab}.get(
        card.sort, theme.leaf_fill if card.learns else theme.background
    )


def _paint_far(
    painter: QPainter, card: BlockCard, theme: Theme, scale: float, *, problem: bool
) -> None:
    """A box with its kind in letters of the size of the screen."""
    fill = far_fill(card, theme)
    painter.setPen(QPen(QColor(theme.error if problem else theme.function_line), 1 / scale))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(QRectF(0, 0, card.width, card.height), 8, 8)
    size = min(TITLE * FULL / scale * 1.1, 26)
    painter.setFont(fonts.font("sans", size, bold=True))
    painter.setPen(QColor(theme.text))
    room = card.width - LEFT / 2
    text = fonts.elided(card.kind, room, size=size, bold=True)
    painter.drawText(
        QRectF(LEFT / 4, 0, room, max(card.height, LOW)), Qt.AlignmentFlag.AlignCenter, text
    )
