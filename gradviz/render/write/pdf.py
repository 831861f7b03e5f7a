"""A drawing as a PDF page of its own size, with real text."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from gradviz.files import writing
from gradviz.render import fonts
from gradviz.render.drawing import Drawing

POINTS_PER_PIXEL = 72.0 / 96.0
_XMP_DATE = re.compile(rb"(xmp:(?:Create|Modify|Metadata)Date=\")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_DATE = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")
_NUMBER = re.compile(rb"uuid:([0-9a-f-]{36})")
LARGEST = 14_400.0
"""Points along a side: what PDF readers take."""


def pdf(drawing: Drawing, *, scale: float = 1.0) -> bytes:
    """One page; what would be larger than a PDF page may be is made smaller."""
    fonts.ready()
    from PySide6.QtCore import QHashSeed

    # Qt writes the fonts in the order of a hash table, whose seed is another in each process.
    QHashSeed.setDeterministicGlobalSeed()
    try:
        return _lasting(_page(drawing, scale))
    finally:
        QHashSeed.resetRandomGlobalSeed()


def _page(drawing: Drawing, scale: float) -> bytes:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
    from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter

    from gradviz.render.write.painter import paint

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


def _lasting(page: bytes) -> bytes:
    """The page with a date and a number of its own that stay the same from run to run.

    Qt writes the clock and a random number. What stands in their places is as long, so that the
    file's table of places still holds.
    """
    page = _XMP_DATE.sub(rb"\g<1>2000-01-01T00:00:00", page)
    page = _DATE.sub(rb"\g<1>20000101000000", page)
    found = _NUMBER.search(page)
    if found is None:
        return page
    random = found[1]
    for written in (random, random.hex().encode()):
        page = page.replace(written, b"0" * len(written))
    number = str(UUID(bytes=sha256(page).digest()[:16], version=4)).encode()
    page = page.replace(b"uuid:" + b"0" * len(number), b"uuid:" + number)
    return page.replace(b"<" + b"0" * 2 * len(number) + b">", b"<" + number.hex().encode() + b">")


def write_pdf(drawing: Drawing, path: Path, *, scale: float = 1.0) -> None:
    """Write the page whole or not at all."""
    page = pdf(drawing, scale=scale)
    with writing(path) as stream:
        stream.write(page)
