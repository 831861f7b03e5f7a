"""Where the cursor stands, in words, and whether something is running."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE
from gradviz.qt.place import place_of
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

PATIENCE = 150
"""Milliseconds before a running command is called busy; most are done sooner."""


class Position(QWidget):
    """``iteration 0 · event 3 / 39``, both counted from 0, and ``running…`` before it."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, SPACE + SPACE // 2, SPACE)
        row.setSpacing(2 * SPACE)
        self.busy = QLabel()
        self.busy.setObjectName("muted")
        row.addWidget(self.busy)
        self.text = QLabel()
        row.addWidget(self.text)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._tell_busy)
        runner.busy_changed.connect(self._on_busy)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self._tell_busy()
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """The palette does it."""

    def refresh(self) -> None:
        """Say where the cursor stands."""
        place = place_of(self._workspace)
        if place is None:
            self.text.clear()
            return
        text = _("iteration {iteration} · event {event} / {last}")
        if place.event < 0:
            text = _("iteration {iteration} · start")
        self.text.setText(
            text.format(iteration=place.iteration, event=place.event, last=len(place.events) - 1)
        )

    def _on_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self._tell_busy()

    def _tell_busy(self) -> None:
        self.busy.setText(_("running…") if self._runner.busy else "")
