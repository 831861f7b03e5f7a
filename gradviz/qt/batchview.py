"""The batch of the cursor's iteration as previews."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.batch import Batch, batch_of
from gradviz.qt.look import SPACE
from gradviz.qt.previewview import PreviewView
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace


class BatchView(QScrollArea):
    """Shows a `Batch`, which the runner's worker makes."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._batch = Batch(0)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        body = QWidget()
        body.setObjectName("paper")
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        self._told = QLabel()
        self._told.setObjectName("muted")
        self._told.setWordWrap(True)
        column.addWidget(self._told)
        self.sheet = PreviewView(theme)
        column.addWidget(self.sheet)
        column.addStretch(1)
        self.setWidget(body)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("batch"))
        self._show(self._batch)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.sheet.recolour(theme)

    def refresh(self) -> None:
        """Get the batch, if anyone sees it."""
        if self.isVisible():
            self._runner.ask(self, self._batch_now, self._show)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _batch_now(self) -> Batch:
        session = self._workspace.session
        return Batch(0) if session is None else batch_of(session, session.event)

    def _show(self, batch: Batch) -> None:
        self._batch = batch
        if batch.previews:
            text = _("The {count} samples of batch {number}, each with its target").format(
                count=batch.count, number=batch.iteration
            )
        else:
            text = batch.why or _("There is no batch yet")
        self._told.setText(text)
        self.sheet.show_previews(batch.previews, text)
