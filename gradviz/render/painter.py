"""Painting a display list with Qt: the one routine for the window's items, PNG and PDF."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Curve, Item, Point, Text
from gradviz.render.tips import tip

HATCH = 6.0
"""Pixels between the lines of a hatch."""
DASH = (4.0, 3.0)
"""A dash and the gap behind it, in pixels."""


def paint(painter: QPainter, items: Iterable[Item]) -> None:
    """Paint the items in their order, in the painter's coordinates and on top of its opacity."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    opacity = painter.opacity()
    for item in items:
        painter.setOpacity(opacity * item.opacity)
        match item:
            case Box():
                _box(painter, item)
            case Text():
                _text(painter, item)
            case Curve():
                _curve(painter, item)
            case Bitmap():
                _bitmap(painter, item)
    painter.restore()


def path_of(points: tuple[Point, ...], *, closed: bool = False) -> QPainterPath:
    """A curve's cubic segments as Qt's path."""
    path = QPainterPath(QPointF(*points[0]))
    for place in range(1, len(points) - 2, 3):
        first, second, end = points[place : place + 3]
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
    if closed:
        path.closeSubpath()
    return path


def hatch_lines(box: Box) -> list[tuple[Point, Point]]:
    """The slanted lines that fill a hatched box, from its lower to its upper edge."""
    count = int((box.width + box.height) / HATCH)
    bottom = box.y + box.height
    return [
        ((box.x + place * HATCH - box.height, bottom), (box.x + place * HATCH, box.y))
        for place in range(1, count + 1)
    ]


def _box(painter: QPainter, box: Box) -> None:
    rectangle = QRectF(box.x, box.y, box.width, box.height)
    painter.setPen(_pen(box.stroke, box.stroke_width, box.dashed))
    painter.setBrush(QColor(box.fill) if box.fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rectangle, box.radius, box.radius)
    if box.hatch and box.stroke:
        outline = QPainterPath()
        outline.addRoundedRect(rectangle, box.radius, box.radius)
        painter.save()
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        painter.setPen(_pen(box.stroke, 1.0, False))
        painter.drawLines([QLineF(QPointF(*a), QPointF(*b)) for a, b in hatch_lines(box)])
        painter.restore()


def _text(painter: QPainter, text: Text) -> None:
    painter.setFont(fonts.font(text.font, text.size, bold=text.bold))
    painter.setPen(QColor(text.colour))
    reach = 0.0
    if text.anchor != "start":
        reach = fonts.width(text.text, family=text.font, size=text.size, bold=text.bold)
    x = text.x - {"start": 0.0, "middle": reach / 2, "end": reach}[text.anchor]
    painter.drawText(QPointF(x, text.y), text.text)


def _curve(painter: QPainter, curve: Curve) -> None:
    points = curve.points
    if curve.arrow:
        points, triangle = tip(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(curve.stroke))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in triangle]))
    painter.setPen(_pen(curve.stroke, curve.stroke_width, curve.dashed))
    painter.setBrush(QColor(curve.fill) if curve.fill else Qt.BrushStyle.NoBrush)
    painter.drawPath(path_of(points, closed=curve.closed))


def _bitmap(painter: QPainter, bitmap: Bitmap) -> None:
    image = QImage(
        bitmap.rgb,
        bitmap.columns,
        bitmap.rows,
        3 * bitmap.columns,
        QImage.Format.Format_RGB888,
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(QRectF(bitmap.x, bitmap.y, bitmap.width, bitmap.height), image)


def _pen(colour: str | None, width: float, dashed: bool) -> QPen:
    if not colour or width <= 0:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern([length / width for length in DASH])
    return pen
