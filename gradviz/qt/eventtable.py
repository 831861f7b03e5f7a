"""The table of an iteration's events, the cursor's one selected."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from gradviz import commands
from gradviz.engine.stops.here import at_event
from gradviz.i18n import gettext as _
from gradviz.qt.eventmodel import EventModel
from gradviz.qt.runner import Runner
from gradviz.qt.stopmenu import StopMenu
from gradviz.qt.table import Table
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

WIDTHS = {0: 40, 1: 106, 4: 144, 5: 72, 6: 112, 7: 88}
"""Columns of numbers and of phases; what and module share what is left."""
WHAT, MODULE = 2, 3


class EventTable(Table):
    """A click on a row, and the keys ↑ and ↓, go to that event."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._stops = StopMenu(workspace, runner, self)
        self.events = EventModel(workspace, runner, theme)
        self.setModel(self.events)
        self.set_widths(WIDTHS, stretch=WHAT)
        self.clicked.connect(self._on_clicked)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("events"))
        self.events.retranslate()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.events.recolour(theme)

    def refresh(self) -> None:
        """Select the row of the event under the cursor."""
        self.events.refresh()
        if self.events.current < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            self.scrollToTop()
            return
        self.setCurrentIndex(self.events.index(self.events.current, 0))
        self._reveal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = self.viewport().width() - sum(WIDTHS.values())
        self.horizontalHeader().resizeSection(MODULE, max(60, round(left * 0.4)))
        self._reveal()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.rowAt(event.pos().y())
        session = self._workspace.session
        if row >= 0 and session is not None and not self._runner.busy:
            here = at_event(session.trace, self.events.event_at(row))
            self._stops.open(event.globalPos(), here)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self.events.rowCount() - 1
        rows = {
            Qt.Key.Key_Up: self.events.current - 1,
            Qt.Key.Key_Left: self.events.current - 1,
            Qt.Key.Key_Down: self.events.current + 1,
            Qt.Key.Key_Right: self.events.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        wanted = rows.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted <= last:
            self._go(wanted)

    def _reveal(self) -> None:
        if self.events.current >= 0:
            centre = QAbstractItemView.ScrollHint.PositionAtCenter
            self.scrollTo(self.events.index(self.events.current, 0), centre)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._go(index.row())

    def _go(self, place: int) -> None:
        self._runner.do(commands.goto_event, self.events.event_at(place).index, latest=True)
