"""A widget that paints what a function draws for its width."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.render.drawing import Text, flat
from gradviz.render.previews.stack import NOTHING, Piece
from gradviz.render.write.painter import paint

WIDE = 320
Draw: TypeAlias = Callable[[float], Piece]


class PieceView(QWidget):
    """The height follows from the width."""

    def __init__(self) -> None:
        super().__init__()
        self._draw: Draw | None = None
        self._known: tuple[int, Piece] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_drawing(self, draw: Draw | None, name: str = "") -> None:
        """Show what this draws, which a screen reader calls ``name``."""
        self._draw, self._known = draw, None
        texts = (item.text for item in flat(self.piece(WIDE)[0]) if isinstance(item, Text))
        self.setAccessibleName(name)
        self.setAccessibleDescription(" ".join(texts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDE, self.heightForWidth(WIDE))

    def heightForWidth(self, width: int) -> int:
        return round(self.piece(width)[1]) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        paint(painter, self.piece(self.width())[0])

    def piece(self, width: int) -> Piece:
        """What is drawn for a width."""
        if self._known is None or self._known[0] != width:
            room = max(WIDE / 2, width - 1.0)
            self._known = width, NOTHING if self._draw is None else self._draw(room)
        return self._known[1]
