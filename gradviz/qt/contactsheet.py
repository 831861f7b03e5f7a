"""A contact sheet: the samples of a batch, as many in a row as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.data.tile import Tile
from gradviz.i18n import gettext as _
from gradviz.qt.look import LINE, SPACE, TEXT
from gradviz.render import fonts
from gradviz.render.theme import Theme


class ContactSheet(QWidget):
    """Tiles of one size with their captions; the height follows from the width."""

    def __init__(self, theme: Theme, *, side: int = 56) -> None:
        super().__init__()
        self._theme = theme
        self._side = side
        self.tiles: tuple[Tile, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show other samples."""
        self.tiles = tuple(tiles)
        self.setAccessibleName(_("{count} samples").format(count=len(tiles)))
        self.setAccessibleDescription(" ".join(tile.caption for tile in tiles))
        self.updateGeometry()
        self.update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(4 * (self._side + SPACE), self.heightForWidth(4 * (self._side + SPACE)))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.tiles) // self._columns(width))
        return rows * (self._side + LINE + SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(fonts.font("sans", TEXT))
        columns = self._columns(self.width())
        for place, tile in enumerate(self.tiles):
            left = place % columns * (self._side + SPACE)
            top = place // columns * (self._side + LINE + SPACE)
            scale = self._side / max(tile.columns, tile.rows)
            wide, high = tile.columns * scale, tile.rows * scale
            picture = QImage(
                tile.rgb, tile.columns, tile.rows, 3 * tile.columns, QImage.Format.Format_RGB888
            )
            box = QRectF(left + (self._side - wide) / 2, top + (self._side - high) / 2, wide, high)
            painter.drawImage(box, picture)
            painter.setPen(QColor(self._theme.border))
            painter.drawRect(box)
            painter.setPen(QColor(self._theme.text))
            below = QRectF(left, top + self._side, self._side, LINE)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tile.caption)

    def _columns(self, width: int) -> int:
        """As many as there is room for, but no more than fill the rows evenly."""
        most = max(1, (width + SPACE) // (self._side + SPACE))
        rows = max(1, -(-len(self.tiles) // most))
        return max(1, -(-len(self.tiles) // rows))
