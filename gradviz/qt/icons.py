"""The run bar's icons, drawn by ourselves as paths in a square of 20 units."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

SIDE = 20


def icon(name: str, *, colour: str, disabled: str) -> QIcon:
    """The icon of an action of the run bar, sharp on any screen."""
    made = QIcon()
    for ink, mode in ((colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)):
        for ratio in (1, 2, 3):
            made.addPixmap(_pixmap(_PAINTERS[name], QColor(ink), ratio), mode)
    return made


@cache
def swatch(colour: str) -> QIcon:
    """A square of one colour, which a selection does not tint."""
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(colour))
    made = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        made.addPixmap(pixmap, mode)
    return made


def _pixmap(paint: Callable[[QPainter], None], ink: QColor, ratio: int) -> QPixmap:
    pixmap = QPixmap(SIDE * ratio, SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(ink, 2.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(ink)
    paint(painter)
    painter.end()
    return pixmap


def _triangle(painter: QPainter, x: float, *, width: float = 8, height: float = 11) -> None:
    corners = [(x, 10 - height / 2), (x, 10 + height / 2), (x + width, 10)]
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


def _step(painter: QPainter) -> None:
    _triangle(painter, 6.5)


def _back(painter: QPainter) -> None:
    painter.translate(SIDE, 0)
    painter.scale(-1, 1)
    _step(painter)


def _over(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(10, 14.5), 2.2, 2.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    arc = QPainterPath(QPointF(3, 11))
    arc.cubicTo(4, 3, 14, 2, 16.5, 9)
    painter.drawPath(arc)
    painter.drawPolyline(QPolygonF([QPointF(12.2, 8.2), QPointF(16.6, 9.4), QPointF(18, 5.2)]))


def _phase(painter: QPainter) -> None:
    _triangle(painter, 4)
    painter.drawLine(QPointF(15.5, 4.5), QPointF(15.5, 15.5))


def _run(painter: QPainter) -> None:
    _triangle(painter, 2.5, width=6.5)
    _triangle(painter, 9, width=6.5)
    painter.drawLine(QPointF(18, 4.5), QPointF(18, 15.5))


def _reset(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(3.5, 4, 13, 13), 60 * 16, 290 * 16)
    painter.setBrush(painter.pen().color())
    painter.drawPolygon(QPolygonF([QPointF(12.5, 1.8), QPointF(17, 4.6), QPointF(12.2, 7.4)]))


def _close(painter: QPainter) -> None:
    painter.drawLine(QPointF(5, 5), QPointF(15, 15))
    painter.drawLine(QPointF(15, 5), QPointF(5, 15))


def _up(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(4.5, 13), QPointF(10, 7), QPointF(15.5, 13)]))


def _down(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(4.5, 7), QPointF(10, 13), QPointF(15.5, 7)]))


_PAINTERS: dict[str, Callable[[QPainter], None]] = {
    "back": _back,
    "close": _close,
    "down": _down,
    "over": _over,
    "phase": _phase,
    "reset": _reset,
    "run": _run,
    "step": _step,
    "up": _up,
}
