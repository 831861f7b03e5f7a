"""The steps of a batch as rows: its stage, its sample, and what there is then."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from gradviz.i18n import gettext as _
from gradviz.qt.loader.stagestrip import NAMES
from gradviz.qt.loader.way import Way
from gradviz.qt.table import Table

_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class StepModel(QAbstractTableModel):
    """The steps of a `Way`; a row's words are made when it is seen."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way

    def renew(self) -> None:
        """There are other steps, or another language."""
        self.beginResetModel()
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._way.steps)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("stage"), _("sample"), _("what there is then"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        from gradviz.explain.pipeline.words import sample_name, sentence, title

        step = self._way.steps[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            match index.column():
                case 0:
                    return _(NAMES[step.stage]) if step.stage in NAMES else step.stage
                case 1:
                    return "" if step.place is None else f"{step.index} · {step.place}"
            return title(step)
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentence(step)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 1:
            return "" if step.place is None else sample_name(step.place, step.index)
        return None


class StepTable(Table):
    """A click on a row, and the arrow keys, go to that step."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        self.steps = StepModel(way)
        self.setModel(self.steps)
        self.set_widths({0: 104, 1: 84}, stretch=2)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(lambda index: way.go(index.row()))
        way.shown.connect(self.refresh)
        way.chosen.connect(self.refresh)
        way.moved.connect(self._mark)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("steps of the batch"))
        self.refresh()

    def refresh(self) -> None:
        """Show the steps."""
        self.steps.renew()
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last, here = len(self._way.steps) - 1, self._way.current
        page = max(1, self.viewport().height() // max(1, self.rowHeight(0)) - 1)
        places = {
            Qt.Key.Key_Up: here - 1,
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Down: here + 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_PageUp: here - page,
            Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        wanted = places.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self._way.go(wanted)

    def _mark(self) -> None:
        if not self._way.steps:
            self.setCurrentIndex(QModelIndex())
            return
        from gradviz.explain.pipeline.words import sentence

        self.setAccessibleDescription(sentence(self._way.steps[self._way.current]))
        index = self.steps.index(self._way.current, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
