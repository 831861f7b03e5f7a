"""A wire on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gradviz.qt.blocks.blockitem import TITLES
from gradviz.render.blocks.sheet import Thread
from gradviz.render.drawing import Point
from gradviz.render.theme import Theme
from gradviz.render.write.painter import path_of

WIDTH, THICK = 1.8, 3.4
FAR = 0.35
"""The scale up to which a wire is just a line."""


class WireItem(QGraphicsItem):
    """Below the blocks. What it carries does not fit if it is red."""

    def __init__(self) -> None:
        super().__init__()
        self.thread: Thread | None = None
        self.points: tuple[Point, ...] = ()
        self._theme: Theme | None = None
        self._path = QPainterPath()
        self.far = QPolygonF()
        """The way as it is seen from afar."""
        self._box = QRectF()
        self._chosen = self._hovered = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._box

    def show_thread(self, thread: Thread, theme: Theme) -> None:
        """Show this from now on; the way is told by `lead`."""
        if thread != self.thread or theme is not self._theme:
            self.thread, self._theme = thread, theme
            self.setZValue(0.5 if thread.bad else 0)
            self.update()

    def lead(self, points: tuple[Point, ...]) -> None:
        """Lead this way."""
        if points != self.points:
            self.prepareGeometryChange()
            self.points = points
            self._path = path_of(points)
            self.far = QPolygonF([QPointF(*point) for point in points[::3]])
            self._box = self._path.controlPointRect().adjusted(-6, -6, 6, 6)

    def choose(self, chosen: bool) -> None:
        """Be marked as selected."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def hover(self, hovered: bool) -> None:
        """Be marked as what the mouse is over, or what is being dragged to."""
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self._theme
        if theme is None or self.thread is None:
            return
        marked = self._chosen or self._hovered
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < TITLES and not marked:
            return  # the canvas paints all of them at once
        colour = theme.accent if marked else theme.error if self.thread.bad else theme.edge
        width = THICK if marked else 2.6 if self.thread.bad else WIDTH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, scale > FAR)
        pen = QPen(QColor(colour), width if scale > FAR else 0)
        if self.thread.bad and scale > FAR:
            pen.setDashPattern([5.0, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
