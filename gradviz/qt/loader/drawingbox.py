"""A widget as large as what is drawn on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gradviz.render.drawing import Box, Item
from gradviz.render.write.painter import Stroke, paint_strokes, strokes_of


class DrawingBox(QWidget):
    """Paints a display list; what the mouse rests on says its hint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Item, ...] = ()
        self._strokes: list[tuple[float, Stroke]] = []

    def show_items(self, items: tuple[Item, ...], width: float, height: float) -> None:
        """Paint these."""
        self.items, self._strokes = items, strokes_of(items)
        self.setFixedSize(round(width) + 1, round(height) + 1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        paint_strokes(painter, self._strokes)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            x, y = event.pos().x(), event.pos().y()
            hints = [
                item.hint for item in self.items
                if isinstance(item, Box) and item.hint
                and 0 <= x - item.x <= item.width and 0 <= y - item.y <= item.height
            ]  # fmt: skip
            QToolTip.showText(event.globalPos(), hints[-1] if hints else "", self)
            return True
        return super().event(event)
