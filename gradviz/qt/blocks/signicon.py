"""The signs of the groups as icons."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from gradviz.render.blocks.groupsigns import SIDE, group_sign
from gradviz.render.theme import Theme
from gradviz.render.write.painter import paint


@lru_cache(maxsize=256)
def sign_icon(group: str, theme: Theme) -> QIcon:
    """The sign of a group, which a selection does not tint."""
    made = QIcon()
    for ratio in (1, 2, 3):
        pixmap = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint(painter, group_sign(group, 0, 0, theme))
        painter.end()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            made.addPixmap(pixmap, mode)
    return made
