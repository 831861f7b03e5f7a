"""A drawing as PNG bytes or file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradviz.errors import UsageError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Drawing

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

LARGEST = 30_000
"""Pixels along a side; Qt's raster stops at 32767."""
MOST = 250_000_000
"""Pixels in all, a gigabyte."""


def png(drawing: Drawing, *, scale: float = 1.0) -> bytes:
    """The picture at ``scale`` pixels a CSS pixel. Raises `UsageError` if that is too large."""
    return _bytes(image_of(drawing, scale=scale))


def image_of(drawing: Drawing, *, scale: float = 1.0) -> QImage:
    """The picture's pixels, four bytes BGRX each. Raises `UsageError` for too many of them."""
    fonts.ready()
    scale *= drawing.unit
    from PySide6.QtGui import QColor, QImage, QPainter

    from gradviz.render.write.painter import paint

    width, height = max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale))
    if max(width, height) > LARGEST or width * height > MOST:
        raise UsageError(
            N_("a picture of {width} × {height} pixels is too large for PNG"),
            where="scale",
            mend=N_("take a smaller scale, or write .svg or .pdf"),
            width=width,
            height=height,
        )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    dots = round(scale * 96 / 0.0254)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.fill(QColor(drawing.background))
    painter = QPainter(image)
    painter.scale(scale, scale)
    paint(painter, drawing.items)
    painter.end()
    return image


def pixels_png(bitmap: Bitmap) -> bytes:
    """A bitmap's own pixels."""
    from PySide6.QtGui import QImage

    columns, rows = bitmap.columns, bitmap.rows
    form = QImage.Format.Format_RGB888
    return _bytes(QImage(bitmap.rgb, columns, rows, 3 * columns, form))


def write_png(drawing: Drawing, path: Path, *, scale: float = 1.0) -> None:
    """Write the picture whole or not at all."""
    picture = png(drawing, scale=scale)
    with writing(path) as stream:
        stream.write(picture)


def _bytes(image: QImage) -> bytes:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(held.data())
