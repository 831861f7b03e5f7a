"""Texts in the cells of samples."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF

from gradviz.qt.loader.textlines import text_lines
from gradviz.render import fonts

WIDTH = 100.0


def test_lines_end_between_words_and_the_last_is_elided() -> None:
    font = fonts.font("sans", 12)
    text = "the waiter was unfriendly and kept us for an hour in the rain"
    lines = text_lines(text, font, WIDTH, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    words = text.split()
    assert all(word in words for line in lines[:2] for word in line.split())
    metrics = QFontMetricsF(font)
    assert all(metrics.horizontalAdvance(line) <= WIDTH for line in lines)


def test_short_texts_paragraphs_and_long_words() -> None:
    font = fonts.font("sans", 12)
    assert text_lines("one\ntwo", font, WIDTH, 3) == ("one", "two")
    assert text_lines("", font, WIDTH, 3) in ((), ("",))
    assert "".join(text_lines("x" * 30, font, WIDTH, 9)) == "x" * 30
