"""A text in a few lines of a given width, its end left out where it is too long."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

CACHED = 1024


@lru_cache(maxsize=CACHED)
def text_lines(text: str, font: QFont, width: float, most: int) -> tuple[str, ...]:
    """At most so many lines, which end between words; within one only if it is too long itself."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        while len(lines) < most and (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            start = line.textStart()
            if len(lines) == most - 1:
                rest = paragraph[start:]
                elide = Qt.TextElideMode.ElideRight
                lines.append(QFontMetricsF(font).elidedText(rest, elide, width))
            else:
                lines.append(paragraph[start : start + line.textLength()].rstrip())
        layout.endLayout()
    return tuple(lines)
