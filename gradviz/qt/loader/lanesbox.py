"""The lanes, which are scrolled sideways, with their names beside them, which stay."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gradviz.qt.loader.drawingbox import DrawingBox
from gradviz.render.previews.lanes import Lanes


class LanesBox(QScrollArea):
    """Up and down both move together."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.drawing = DrawingBox()
        self.setWidget(self.drawing)
        self._column = QWidget(self)  # names that are scrolled away above do not leave it
        self.names = DrawingBox(self._column)
        self._left = 0
        self.verticalScrollBar().valueChanged.connect(self._place)

    def show_lanes(self, lanes: Lanes) -> None:
        """Show these."""
        self.drawing.show_items(lanes.items, lanes.width, lanes.height)
        self.names.show_items(lanes.names, lanes.left, lanes.height)
        self._left = round(lanes.left)
        self.setViewportMargins(self._left, 0, 0, 0)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self._column.setGeometry(0, 0, self._left, self.viewport().height())
        self.names.move(0, -self.verticalScrollBar().value())
