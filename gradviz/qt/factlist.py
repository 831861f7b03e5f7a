"""Names and what they are, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gradviz.qt.look import SPACE
from gradviz.qt.pages import Fact
from gradviz.qt.wrap import breakable


class FactList(QWidget):
    """A row a fact; long texts wrap."""

    def __init__(self) -> None:
        super().__init__()
        # Not a form layout: that one cuts texts that wrap.
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """The only place that makes rows; those that are there serve again."""
        while len(self._labels) < len(facts):
            self._labels.append(self._add())
        for place, (name, text) in enumerate(self._labels):
            fact = facts[place] if place < len(facts) else None
            name.setVisible(fact is not None)
            text.setVisible(fact is not None)
            if fact is not None:
                name.setText(fact.name)
                text.setText(breakable(fact.text))
                text.setAccessibleName(f"{fact.name} {fact.text}")
        self.setVisible(bool(facts))

    def _add(self) -> tuple[QLabel, QLabel]:
        name, text, row = QLabel(), QLabel(), len(self._labels)
        name.setObjectName("muted")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setWordWrap(True)
        top = Qt.AlignmentFlag.AlignTop
        for column, label in enumerate((name, text)):
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | top)
            self._grid.addWidget(label, row, column)
        return name, text
