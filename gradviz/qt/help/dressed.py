"""A page of Markdown with room between its paragraphs, and in our own fonts: Qt leaves none."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from gradviz.qt.look import SPACE, TEXT
from gradviz.render import fonts
from gradviz.render.theme import Theme

LINE = 125.0
"""Per cent of a line's own height."""


def dress(document: QTextDocument, theme: Theme) -> None:
    """Space and colour what `QTextDocument.setMarkdown` made."""
    cursor = QTextCursor(document)
    mono = fonts.font("mono", TEXT).families()
    block = document.begin()
    while block.isValid():
        _space(cursor, block)
        _set_code(cursor, block, mono)
        block = block.next()
    for frame in _frames(document.rootFrame()):
        if isinstance(frame, QTextTable):
            _line(frame, theme)


def _space(cursor: QTextCursor, block: QTextBlock) -> None:
    cursor.setPosition(block.position())
    form = block.blockFormat()
    form.setLineHeight(LINE, 1)  # QTextBlockFormat.LineHeightTypes.ProportionalHeight
    if cursor.currentTable() is None:
        heading, listed = form.headingLevel() > 0, block.textList() is not None
        form.setTopMargin(SPACE if heading else 0)
        form.setBottomMargin(SPACE // 2 if listed else SPACE)
    cursor.setBlockFormat(form)


def _set_code(cursor: QTextCursor, block: QTextBlock, families: list[str]) -> None:
    spans = []
    place = block.begin()
    while not place.atEnd():
        piece = place.fragment()
        if piece.charFormat().fontFixedPitch():
            spans.append((piece.position(), piece.length()))
        place += 1
    for start, length in spans:
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        form = cursor.charFormat()
        form.setFontFamilies(families)
        cursor.mergeCharFormat(form)


def _line(table: QTextTable, theme: Theme) -> None:
    form = table.format()
    form.setBorder(1)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QBrush(QColor(theme.border)))
    form.setBorderCollapse(True)
    form.setCellPadding(SPACE // 2 + 1)
    form.setTopMargin(SPACE // 2)
    form.setBottomMargin(SPACE + SPACE // 2)
    form.setWidth(QTextLength())
    table.setFormat(form)


def _frames(root: QTextFrame) -> list[QTextFrame]:
    found = list(root.childFrames())
    for frame in found:
        found += frame.childFrames()
    return found
