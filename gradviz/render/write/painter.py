"""Painting a display list with Qt: the one routine for the window's items, PNG and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Clip, Curve, Item, Point, Symbol, Text
from gradviz.render.write.tips import tip

HATCH = 6.0
"""Pixels between the lines of a hatch."""
DASH = (4.0, 3.0)
"""A dash and the gap behind it, in pixels."""

Stroke: TypeAlias = Callable[[QPainter], None]
"""What paints an item; Qt's own objects for it are made beforehand."""


def paint(painter: QPainter, items: Iterable[Item]) -> None:
    """Paint the items in their order, in the painter's coordinates and on top of its opacity."""
    paint_strokes(painter, ((item.opacity, _stroke(item)) for item in items))


def strokes_of(items: Iterable[Item]) -> list[tuple[float, Stroke]]:
    """The items made ready, each with its opacity: to be painted again and again."""
    return [(item.opacity, _stroke(item)) for item in items]


def paint_strokes(painter: QPainter, strokes: Iterable[tuple[float, Stroke]]) -> None:
    """Paint items that were made ready."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    opacity = now = painter.opacity()
    for own, stroke in strokes:
        if now != opacity * own:
            now = opacity * own
            painter.setOpacity(now)
        stroke(painter)
    painter.restore()


def path_of(points: tuple[Point, ...], *, closed: bool = False) -> QPainterPath:
    """A curve's cubic segments as Qt's path."""
    path = QPainterPath(QPointF(*points[0]))
    for place in range(1, len(points) - 2, 3):
        (x1, y1), (x2, y2), (x3, y3) = points[place : place + 3]
        path.cubicTo(x1, y1, x2, y2, x3, y3)
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


def _stroke(item: Item) -> Stroke:
    match item:
        case Box():
            return _box(item)
        case Text():
            return _text(item)
        case Curve():
            return _curve(item)
        case Bitmap():
            return _bitmap(item)
        case Clip():
            return _clip(item)
        case Symbol():
            return _symbol(item)


def _clip(clip: Clip) -> Stroke:
    area, inside = QRectF(clip.x, clip.y, clip.width, clip.height), strokes_of(clip.items)

    def stroke(painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        paint_strokes(painter, inside)
        painter.restore()

    return stroke


def _symbol(symbol: Symbol) -> Stroke:
    place, inside = QPointF(symbol.x, symbol.y), strokes_of(symbol.items)

    def stroke(painter: QPainter) -> None:
        painter.save()
        painter.translate(place)
        paint_strokes(painter, inside)
        painter.restore()

    return stroke


def _box(box: Box) -> Stroke:
    rectangle = QRectF(box.x, box.y, box.width, box.height)
    pen, brush = _pen(box.stroke, box.stroke_width, box.dashed), _brush(box.fill)
    radius = box.radius
    outline = QPainterPath()
    thin, lines = _pen(box.stroke, 1.0, False), list[QLineF]()
    if box.hatch and box.stroke:
        outline.addRoundedRect(rectangle, radius, radius)
        lines = [QLineF(*first, *second) for first, second in hatch_lines(box)]

    def stroke(painter: QPainter) -> None:
        painter.setPen(pen)
        painter.setBrush(brush)
        painter.drawRoundedRect(rectangle, radius, radius)
        if lines:
            painter.save()
            painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
            painter.setPen(thin)
            painter.drawLines(lines)
            painter.restore()

    return stroke


def _text(text: Text) -> Stroke:
    font, pen = fonts.font(text.font, text.size, bold=text.bold), QPen(QColor(text.colour))
    reach = 0.0
    if text.anchor != "start":
        reach = fonts.width(text.text, family=text.font, size=text.size, bold=text.bold)
    x = text.x - {"start": 0.0, "middle": reach / 2, "end": reach}[text.anchor]
    at, told = QPointF(x, text.y), text.text

    def stroke(painter: QPainter) -> None:
        painter.setFont(font)
        painter.setPen(pen)
        painter.drawText(at, told)

    return stroke


def _curve(curve: Curve) -> Stroke:
    points, triangle = curve.points, QPolygonF()
    if curve.arrow:
        points, corners = tip(curve)
        triangle = QPolygonF([QPointF(*corner) for corner in corners])
    pen, ink = _pen(curve.stroke, curve.stroke_width, curve.dashed), _brush(curve.stroke)
    brush = _brush(curve.fill)
    path = path_of(points, closed=curve.closed)
    arrow = curve.arrow

    def stroke(painter: QPainter) -> None:
        if arrow:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPolygon(triangle)
        painter.setPen(pen)
        painter.setBrush(brush)
        painter.drawPath(path)

    return stroke


def _bitmap(bitmap: Bitmap) -> Stroke:
    def stroke(painter: QPainter) -> None:
        size, line = (bitmap.columns, bitmap.rows), 3 * bitmap.columns
        image = QImage(bitmap.rgb, *size, line, QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(bitmap.x, bitmap.y, bitmap.width, bitmap.height), image)

    return stroke


def _brush(colour: str | None) -> QBrush:
    return QBrush(QColor(colour)) if colour else QBrush(Qt.BrushStyle.NoBrush)


def _pen(colour: str | None, width: float, dashed: bool) -> QPen:
    if not colour or width <= 0:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern([length / width for length in DASH])
    return pen
