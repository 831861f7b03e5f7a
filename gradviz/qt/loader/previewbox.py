"""A widget that shows previews: display lists, as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.render.drawing import Item, Text, flat
from gradviz.render.theme import Theme
from gradviz.render.write.painter import Stroke, paint_strokes, strokes_of

if TYPE_CHECKING:
    from gradviz.data.previews.kinds import Preview

LEAST = 160


class PreviewBox(QWidget):
    """Previews, one below the other; they are drawn anew when the width changes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._previews: tuple[Preview, ...] = ()
        self._drawn: tuple[int, list[tuple[float, Stroke]]] = (0, [])
        self.items: tuple[Item, ...] = ()
        self.setMinimumWidth(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_previews(self, previews: Sequence[Preview]) -> None:
        """Show others."""
        self._previews = tuple(previews)
        self._draw()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._draw()

    def retranslate(self) -> None:
        """Draw in the language in use."""
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(LEAST, self._drawn[0])

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        paint_strokes(painter, self._drawn[1])

    def _draw(self) -> None:
        from gradviz.render.previews.draw import draw_preview
        from gradviz.render.previews.stack import stacked

        width = float(max(LEAST, self.width()))
        pieces = [draw_preview(each, width=width, theme=self._theme) for each in self._previews]
        self.items, height = stacked(pieces)
        self._drawn = round(height) + 1, strokes_of(self.items)
        texts = [item.text for item in flat(self.items) if isinstance(item, Text)]
        self.setAccessibleDescription(" ".join(texts))
        self.setFixedHeight(self._drawn[0])
        self.update()
