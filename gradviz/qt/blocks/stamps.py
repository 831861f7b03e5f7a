"""Cards painted once for a scale: while one pans or drags they are stamped, not painted anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

MOST = 12_000_000
"""Pixels of stamps that are kept: some 48 MB."""

_stamps: OrderedDict[tuple[int, float, float], tuple[object, QPixmap]] = OrderedDict()
_kept = [0]


class Stamp:
    """What paints one card. In a scale that does not stay, as in zooming, nothing is kept."""

    def __init__(self, strokes: Callable[[QPainter, float], None], box: QRectF) -> None:
        self._strokes, self._box = strokes, box
        self._scale = 0.0

    def paint(self, painter: QPainter, scale: float) -> None:
        """Paint the card at the painter's origin."""
        stays, self._scale = scale == self._scale, scale
        ratio = painter.device().devicePixelRatio()
        key = id(self), scale, ratio
        known = _stamps.get(key)
        if known is None and stays:
            known = self, self._made(scale, ratio)
            _stamps[key] = known
            _kept[0] += _size(known[1])
            while _kept[0] > MOST:
                _kept[0] -= _size(_stamps.popitem(last=False)[1][1])
        if known is None:
            self._strokes(painter, scale)
            return
        _stamps.move_to_end(key)
        corner = painter.worldTransform().map(self._box.topLeft())
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), known[1])
        painter.restore()

    def _made(self, scale: float, ratio: float) -> QPixmap:
        whole = scale * ratio
        pixmap = QPixmap(int(self._box.width() * whole) + 2, int(self._box.height() * whole) + 2)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.scale(scale, scale)
        painter.translate(-self._box.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._strokes(painter, scale)
        painter.end()
        return pixmap


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height()
