"""Previews in the window: drawn for the width that there is, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.data.previews.kinds import Preview
from gradviz.i18n import language
from gradviz.qt.look import SPACE
from gradviz.render.drawing import Text, flat
from gradviz.render.previews.draw import draw_preview
from gradviz.render.previews.stack import Piece, stacked
from gradviz.render.theme import Theme
from gradviz.render.write.painter import paint

WIDE = 320
"""Pixels that it asks for."""
WIDTHS = 4
"""How many widths it remembers what it draws for: a layout asks for several."""


class PreviewView(QWidget):
    """Shows previews; the height follows from the width."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.previews: tuple[Preview, ...] = ()
        self._known: dict[tuple[int, str], Piece] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_previews(self, previews: Sequence[Preview], name: str = "") -> None:
        """Show other previews, which a screen reader calls ``name``."""
        self.previews = tuple(previews)
        self._known = {}
        self.setAccessibleName(name)
        items, _height = self._drawn(self.width())
        texts = (item.text for item in flat(items) if isinstance(item, Text))
        self.setAccessibleDescription(" ".join(texts))
        self.updateGeometry()
        self.update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._known = {}
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDE, self.heightForWidth(WIDE))

    def heightForWidth(self, width: int) -> int:
        return round(self._drawn(width)[1]) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint(painter, self._drawn(self.width())[0])

    def _drawn(self, width: int) -> Piece:
        """The previews for a width, in the language in use."""
        key = width, language()
        if key not in self._known:
            if len(self._known) >= WIDTHS:
                self._known = {}
            room = max(1, width - 1)  # lines at the right edge are as wide as a pixel
            pieces = (draw_preview(each, width=room, theme=self._theme) for each in self.previews)
            self._known[key] = stacked(pieces, gap=2.0 * SPACE)
        return self._known[key]
