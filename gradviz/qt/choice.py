"""A choice of one of several names."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox


class Choice(QComboBox):
    """A combo box with a hook at its right that says that there is more."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().placeholderText().color(), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = self.width() - 15.0, self.height() / 2
        corners = QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)
        painter.drawPolyline(QPolygonF(corners))
