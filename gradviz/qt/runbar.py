"""The run bar: the buttons that move the cursor, and where it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.actions import Actions
from gradviz.qt.icons import SIDE
from gradviz.qt.look import SPACE
from gradviz.qt.place import place_of
from gradviz.qt.runner import Runner
from gradviz.workspace import Workspace

PATIENCE = 150
"""Milliseconds before a running command is called busy; most are done sooner."""


class RunBar(QWidget):
    """Buttons of `Actions` on the left; on the right iteration and event, and what is going on."""

    def __init__(self, workspace: Workspace, runner: Runner, actions: Actions) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self.buttons: dict[str, QToolButton] = {}
        for name, action in actions.of.items():
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(SIDE, SIDE))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch(1)
        self.busy = QLabel()
        self.busy.setObjectName("muted")
        row.addWidget(self.busy)
        row.addSpacing(SPACE)
        self.position = QLabel()
        row.addWidget(self.position)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._tell_busy)
        runner.busy_changed.connect(self._on_busy)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for button in self.buttons.values():
            action = button.defaultAction()
            button.setAccessibleName(action.text())
            button.setAccessibleDescription(action.toolTip())
        self._tell_busy()
        self.refresh()

    def refresh(self) -> None:
        """Say where the cursor stands."""
        place = place_of(self._workspace)
        if place is None:
            self.position.clear()
            return
        text = _("iteration {iteration} · event {event} / {count}")
        self.position.setText(
            text.format(iteration=place.iteration, event=place.number, count=len(place.events))
        )

    def _on_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self._tell_busy()

    def _tell_busy(self) -> None:
        self.busy.setText(_("running…") if self._runner.busy else "")
