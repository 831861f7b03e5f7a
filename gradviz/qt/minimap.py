"""A small map of the whole graph in the corner of its view, with what is in view."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gradviz.i18n import gettext as _
from gradviz.render.theme import Theme

WIDTHS, HEIGHTS = (64, 180), (48, 220)
"""Pixels that a map takes, at least and at most; what is much longer than wide is squeezed."""
SHARES = (0.16, 0.42)
"""How much of the view's width and height it takes at most: the graph is what one looks at."""
PADDING = 5
LATER = 60
"""Milliseconds until the map follows what has happened."""


class Mapped(Protocol):
    """What there is a map of."""

    @property
    def area(self) -> QRectF:
        """The part of the scene that the map shows."""

    def paint_map(self, painter: QPainter, across: float, down: float) -> None:
        """Paint the area as a map, so many pixels a pixel; its corner is where the painter is."""


class MiniMap(QWidget):
    """A click or a drag says which point of the scene to look at."""

    pointed = Signal(QPointF)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._view = theme, parent
        self._painting: Mapped | None = None
        self._seen = QRectF()
        self._image = QImage()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(LATER)
        self._again.timeout.connect(self._draw)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("map of the graph"))
        self.setToolTip(_("Click or drag to look at another part of the graph"))

    def put(self, painting: Mapped | None, theme: Theme) -> None:
        """Show the map of this."""
        self._painting, self._theme = painting, theme
        if painting is not None:
            self.resize(self.sizeHint())
            self._image = QImage()
            self.renew()

    def fit(self) -> None:
        """Take the size that the view has room for."""
        if self.size() != self.sizeHint():
            self.resize(self.sizeHint())
            self.renew()

    def renew(self) -> None:
        """Show soon what has happened since."""
        if not self.isHidden() and not self._again.isActive():
            self._again.start()

    def catch_up(self) -> None:
        """Show at once what has happened since."""
        if self._again.isActive():
            self._again.stop()
            self._draw()

    def look(self, seen: QRectF) -> None:
        """Mark what is in view; there is no map of what is seen as a whole."""
        self._seen = seen
        hidden = self._painting is None or seen.contains(self._painting.area)
        if hidden == self.isVisible() or self.isHidden() != hidden:
            self.setVisible(not hidden)
            self.renew()
        self.update()

    def sizeHint(self) -> QSize:
        if self._painting is None:
            return QSize(WIDTHS[0], HEIGHTS[0])
        area, view = self._painting.area, self._view.size()
        widest = min(WIDTHS[1], SHARES[0] * view.width())
        highest = min(HEIGHTS[1], SHARES[1] * view.height())
        scale = min(widest / max(area.width(), 1.0), highest / max(area.height(), 1.0))
        return QSize(
            max(WIDTHS[0], round(area.width() * scale)),
            max(HEIGHTS[0], round(area.height() * scale)),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._point(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, room = self._theme, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.background))
        painter.drawRoundedRect(room, 4, 4)
        painter.drawImage(self._inside(), self._image)
        across, down = self._factors()
        seen = QRectF(
            self._inside().left() + (self._seen.left() - self._corner().x()) * across,
            self._inside().top() + (self._seen.top() - self._corner().y()) * down,
            max(self._seen.width() * across, 6.0),
            max(self._seen.height() * down, 6.0),
        ).intersected(room.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(QColor(theme.accent), 2))
        ground = QColor(theme.accent)
        ground.setAlpha(36)
        painter.setBrush(ground)
        painter.drawRect(seen)

    def _draw(self) -> None:
        """Paint the map anew."""
        painting, ratio = self._painting, self.devicePixelRatioF()
        if painting is None or self.isHidden():
            return
        inside = self._inside()
        self._image = QImage(
            (inside.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied
        )
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._image)
        painting.paint_map(painter, *self._factors())
        painter.end()
        self.update()

    def _inside(self) -> QRectF:
        return QRectF(self.rect()).adjusted(PADDING, PADDING, -PADDING, -PADDING)

    def _factors(self) -> tuple[float, float]:
        """Pixels here for one of the scene, across and down."""
        inside = self._inside()
        if self._painting is None:
            return 1.0, 1.0
        area = self._painting.area
        return inside.width() / max(area.width(), 1.0), inside.height() / max(area.height(), 1.0)

    def _corner(self) -> QPointF:
        return QPointF() if self._painting is None else self._painting.area.topLeft()

    def _point(self, event: QMouseEvent) -> None:
        across, down = self._factors()
        spot = event.position() - self._inside().topLeft()
        self.pointed.emit(self._corner() + QPointF(spot.x() / across, spot.y() / down))
