"""The numeric check of a parameter's gradient: a button, and a small table of what came out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, TEXT
from gradviz.qt.pages import Checking
from gradviz.qt.runner import Runner
from gradviz.render import fonts


class GradCheckView(QWidget):
    """Shows a `Checking`."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._param = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, 0)
        column.setSpacing(SPACE // 2)
        self.button = QPushButton()
        self.button.clicked.connect(lambda: runner.do(commands.check_gradient, self._param))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.result)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE + SPACE // 2)
        self._grid.setVerticalSpacing(2)
        column.addWidget(self._table)
        self.cells: list[list[QLabel]] = []

    def show_checking(self, checking: Checking | None) -> None:
        """The only place that makes cells; those that are there serve again."""
        self.setVisible(checking is not None)
        if checking is None:
            return
        self._param = checking.param
        self.button.setText(_("Check the gradient numerically"))
        self.button.setToolTip(
            _("Move single elements up and down, on a copy, and compare how the loss changes")
        )
        self.result.setText(checking.result)
        self.result.setVisible(bool(checking.result))
        while len(self.cells) < len(checking.rows):
            self._add(len(checking.rows[0]))
        for place, cells in enumerate(self.cells):
            texts = checking.rows[place] if place < len(checking.rows) else ()
            for column, cell in enumerate(cells):
                cell.setText(texts[column] if texts else "")
                cell.setVisible(bool(texts))
        self._table.setVisible(bool(checking.rows))

    def _add(self, columns: int) -> None:
        row, cells = len(self.cells), []
        for column in range(columns):
            cell = QLabel()
            if row == 0:
                cell.setObjectName("muted")
            elif column < columns - 1:
                cell.setFont(fonts.font("mono", TEXT))
            right = 0 < column < columns - 1
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(cell, row, column)
            cells.append(cell)
        self._grid.setColumnStretch(columns, 1)
        self.cells.append(cells)
