"""A drawing as a PDF page of its own size, with real text."""

from __future__ import annotations

from pathlib import Path

from gradviz.files import writing
from gradviz.render import fonts
from gradviz.render.drawing import Drawing

POINTS_PER_PIXEL = 72.0 / 96.0
LARGEST = 14_400.0
"""Points along a side: what PDF readers take."""


def pdf(drawing: Drawing, *, scale: float = 1.0) -> bytes:
    """One page; what would be larger than a PDF page may be is made smaller."""
    fonts.ready()
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
    from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter

    from gradviz.render.painter import paint

    factor = scale * drawing.unit * POINTS_PER_PIXEL
    factor = min(factor, LARGEST / max(drawing.width, drawing.height))
    size = QSizeF(drawing.width * factor, drawing.height * factor)
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(drawing.title)
    writer.setCreator("gradviz")
    page = QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(
        QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(), QPageLayout.Unit.Point)
    )
    painter = QPainter(writer)
    dots = writer.resolution() / 72.0 * factor
    painter.scale(dots, dots)
    painter.fillRect(QRectF(0, 0, drawing.width, drawing.height), QColor(drawing.background))
    paint(painter, drawing.items)
    painter.end()
    buffer.close()
    return bytes(held.data())


def write_pdf(drawing: Drawing, path: Path, *, scale: float = 1.0) -> None:
    """Write the page whole or not at all."""
    page = pdf(drawing, scale=scale)
    with writing(path) as stream:
        stream.write(page)
