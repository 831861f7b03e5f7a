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

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """The only place that makes and removes rows."""
        while self._form.rowCount():
            self._form.removeRow(0)
        for fact in facts:
            name = QLabel(fact.name)
            name.setObjectName("muted")
            name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            text = QLabel(breakable(fact.text))
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setWordWrap(True)
            text.setAccessibleName(f"{fact.name} {fact.text}")
            self._form.addRow(name, text)
        self.setVisible(bool(facts))
