"""The names of frames from afar, in a size that can be read, where there is room for them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gradviz.qt.look import mixed
from gradviz.qt.picture import Picture
from gradviz.render import fonts
from gradviz.render.theme import Theme

SIZE = 12
HEIGHT = 17.0
LEAST = 27.0
"""Pixels of the screen that a frame with a name is high."""
SIDE = 5.0
"""Pixels beside a name."""
MOST = 80
"""As many names as anybody reads at once."""


def paint_names(
    painter: QPainter, picture: Picture, frames: Iterable[int], theme: Theme, *, scale: float
) -> None:
    """Write the names into the upper left corners, outer frames first; none over another one."""
    taken: list[QRectF] = []
    font = fonts.font("sans", SIZE, bold=True)
    ground = QColor(mixed(theme.frame_tab, theme.background, 0.3))
    ground.setAlpha(225)
    for number in frames:
        place = picture.frames[number].place
        name = place.frame.path.rpartition(".")[2]
        if place.height * scale < LEAST or len(taken) >= MOST:
            continue
        width = fonts.width(name, size=SIZE, bold=True) + 2 * SIDE
        box = QRectF(place.x * scale, place.y * scale, width, HEIGHT)
        if width > max(place.width * scale, 40.0) or any(box.intersects(other) for other in taken):
            continue
        taken.append(box)
        painter.save()
        painter.translate(place.x, place.y)
        painter.scale(1 / scale, 1 / scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(0, 0, width, HEIGHT), 3, 3)
        painter.setPen(QColor(theme.frame_text))
        painter.setFont(font)
        painter.drawText(QPointF(SIDE, HEIGHT - 4.5), name)
        painter.restore()
