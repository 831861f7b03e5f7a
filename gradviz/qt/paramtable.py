"""The table of parameters, the selected one marked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QShowEvent

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.parammodel import ParameterModel
from gradviz.qt.runner import Runner
from gradviz.qt.stopmenu import StopMenu
from gradviz.qt.table import Table
from gradviz.render.theme import Theme
from gradviz.spec.breakpoints import Breakpoint
from gradviz.workspace import Workspace

WIDTHS = {1: 150, 2: 110, 3: 110, 4: 140}


class ParameterTable(Table):
    """A click on a parameter, or Enter, selects its leaf in the graph."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._stops = StopMenu(workspace, runner, self)
        self.numbers = ParameterModel(workspace, runner, theme)
        self.setModel(self.numbers)
        self.set_widths(WIDTHS, stretch=0)
        self.clicked.connect(self._on_clicked)
        self.numbers.dataChanged.connect(self._mark)
        self.numbers.modelReset.connect(self._mark)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("parameters"))
        self.numbers.retranslate()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.numbers.recolour(theme)

    def refresh(self) -> None:
        """Work the numbers out anew, if anyone sees them."""
        if self.isVisible():
            self.numbers.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.rowAt(event.pos().y())
        if row >= 0:
            name = self.numbers.parameters[row].name
            self._stops.open(event.globalPos(), Breakpoint("param", name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._on_clicked(self.currentIndex())

    def _mark(self) -> None:
        node = self._workspace.selected
        names = [known.name for known in self.numbers.parameters]
        if node is not None and node.variable in names:
            self.selectRow(names.index(node.variable))
        else:
            self.clearSelection()

    def _on_clicked(self, index: QModelIndex) -> None:
        graph = self._workspace.graph
        if not index.isValid() or graph is None:
            return
        name = self.numbers.parameters[index.row()].name
        leaf = graph.leaves.get(name)
        self._runner.do(commands.select, None if leaf is None else leaf.id)
