"""A long run: how far it is, a way to end it, and why it stopped."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton

from gradviz.engine.session.progress import Progress
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE
from gradviz.qt.messagebar import MessageBar
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

OFTEN = 100
"""Milliseconds between two looks at how far it is; a run that is shorter shows nothing."""


class Why:
    """Why the cursor stands here, in the language in use."""

    def __init__(self, workspace: Workspace) -> None:
        self.stop = workspace.stop

    def __str__(self) -> str:
        return _("Stopped: {why}").format(why=self.stop.why) if self.stop else ""


class RunProgress(QFrame):
    """Shown only while a run goes on; Esc or the button cancels it. What it came to is said in the
    message bar, until the cursor moves.
    """

    def __init__(
        self, workspace: Workspace, runner: Runner, messages: MessageBar, theme: Theme
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._workspace, self._messages = workspace, messages
        self._told: Why | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        row.setSpacing(SPACE)
        self.text = QLabel()
        row.addWidget(self.text)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        row.addWidget(self.bar, 1)
        self.cancel = QPushButton()
        self.cancel.setObjectName("deed")
        self.cancel.clicked.connect(self._on_cancel)
        row.addWidget(self.cancel)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.setContext(Qt.ShortcutContext.WindowShortcut)
        self._escape.activated.connect(self._on_cancel)
        self._looking = QTimer(self)
        self._looking.setInterval(OFTEN)
        self._looking.timeout.connect(self._look)
        runner.busy_changed.connect(self._on_busy)
        self.hide()
        self._escape.setEnabled(False)
        self.recolour(theme)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("run"))
        self.cancel.setText(_("Cancel (Esc)"))
        self._look()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.bar.setStyleSheet(
            f"QProgressBar {{ background: {theme.field}; border: none; border-radius: 4px; }}"
            f"QProgressBar::chunk {{ background: {theme.accent}; border-radius: 4px; }}"
        )

    def refresh(self) -> None:
        """Say why a run stopped here."""
        stop = self._workspace.stop
        if stop is not None and (self._told is None or self._told.stop is not stop):
            self._told = Why(self._workspace)
            self._messages.note(self._told)
        elif stop is None and self._told is not None:
            if self._messages.said is self._told:
                self._messages.clear()
            self._told = None

    def _on_busy(self, busy: bool) -> None:
        if busy:
            self._looking.start()
        else:
            self._looking.stop()
            self._look()

    def _look(self) -> None:
        progress = self._workspace.progress
        if progress is not None:
            self._show(progress)
        self._escape.setEnabled(progress is not None)
        self.setVisible(progress is not None)

    def _show(self, progress: Progress) -> None:
        text = _("iteration {done} of {total}, at most")
        if progress.cancelled:
            text = _("ends after this iteration")
        self.text.setText(text.format(done=progress.done, total=progress.total))
        self.bar.setAccessibleName(self.text.text())
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.cancel.setEnabled(not progress.cancelled)

    def _on_cancel(self) -> None:
        progress = self._workspace.progress
        if progress is not None:
            progress.cancel()
        self._look()
