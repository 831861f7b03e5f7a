"""The scale of a heatmap: what its outermost colours stand for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.qt import heatmap
from gradviz.qt.look import TEXT
from gradviz.render import fonts
from gradviz.render.theme import Theme

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_SIGN = 12
_BAR = 64


def paint_legend(painter: QPainter, box: QRectF, *, scale: float, theme: Theme) -> None:
    """A bar from − to +, and the scale in figures."""
    painter.setFont(fonts.font("mono", TEXT))
    painter.setPen(QColor(theme.muted))
    if scale == 0:
        painter.drawText(box, _LEFT, _("all 0"))
        return
    bar = QRectF(box.left() + _SIGN, box.center().y() - 5, _BAR, 10)
    for text, left in (
        ("−", box.left()),
        ("+", bar.right() + 4),
        (f"±{number(scale)}", bar.right() + 20),
    ):
        painter.drawText(QRectF(left, box.top(), box.width(), box.height()), _LEFT, text)
    steps = 42
    for step in range(steps):
        left = bar.left() + bar.width() * step / steps
        level = round(step * 2 * heatmap.ZERO_LEVEL / (steps - 1))
        strip = QRectF(left, bar.top(), bar.width() / steps + 1, bar.height())
        painter.fillRect(strip, heatmap.colour(level, theme))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(theme.border))
    painter.drawRect(bar)
