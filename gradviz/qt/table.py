"""How every table of the window looks and behaves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

ROW = 26
"""Pixels that a row is high at least."""
HIGHEST = 32


class Table(QTableView):
    """Whole rows, no grid, no editing; the workspace says which row is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows and header take what room there is without a rest: the last row is not cut."""
        super().resizeEvent(event)
        header = self.horizontalHeader()
        room = self.viewport().height() + header.height() - header.sizeHint().height()
        row = min(range(ROW, HIGHEST + 1), key=lambda row: (room % row, row))
        if room >= row:
            self.verticalHeader().setDefaultSectionSize(row)
            header.setFixedHeight(header.sizeHint().height() + room % row)

    def set_widths(self, widths: dict[int, int], *, stretch: int) -> None:
        """Column widths in pixels; one column takes what is left."""
        header = self.horizontalHeader()
        for column, width in widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
