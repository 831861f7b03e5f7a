"""Names and what they are, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from gradviz.qt.look import SPACE
from gradviz.qt.pages import Fact
from gradviz.qt.wrap import breakable


class FactList(QWidget):
    """A row a fact; long texts wrap."""

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(2 * SPACE)
        self._form.setVerticalSpacing(2)
        self._labels: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """The only place that makes and removes rows; those that are there serve again."""
        while len(self._labels) > len(facts):
            self._form.removeRow(len(self._labels) - 1)
            self._labels.pop()
        while len(self._labels) < len(facts):
            self._labels.append(self._add())
        for fact, (name, text) in zip(facts, self._labels, strict=True):
            name.setText(fact.name)
            text.setText(breakable(fact.text))
            text.setAccessibleName(f"{fact.name} {fact.text}")
        self.setVisible(bool(facts))

    def _add(self) -> tuple[QLabel, QLabel]:
        name, text = QLabel(), QLabel()
        name.setObjectName("muted")
        name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setWordWrap(True)
        self._form.addRow(name, text)
        return name, text
