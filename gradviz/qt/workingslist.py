"""How single numbers came about: a heading and its lines each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gradviz.qt.factlist import FactList
from gradviz.qt.look import SPACE
from gradviz.qt.pages import Workings
from gradviz.qt.wrap import breakable


class WorkingsList(QWidget):
    """Shows `Workings` one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE // 2)
        self._shown: list[tuple[QLabel, FactList]] = []

    def show_workings(self, workings: Sequence[Workings]) -> None:
        """The only place that makes lists; those that are there serve again."""
        while len(self._shown) < len(workings):
            self._shown.append(self._add())
        for place, (heading, lines) in enumerate(self._shown):
            worked = workings[place] if place < len(workings) else None
            heading.setText(breakable(worked.heading) if worked else "")
            heading.setVisible(worked is not None)
            lines.show_facts(worked.lines if worked else ())
        self.setVisible(bool(workings))

    def _add(self) -> tuple[QLabel, FactList]:
        heading, lines = QLabel(), FactList()
        heading.setObjectName("heading")
        heading.setContentsMargins(0, SPACE // 2, 0, 0)
        heading.setWordWrap(True)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(heading)
        self._column.addWidget(lines)
        return heading, lines
