"""The batch of the cursor's iteration: how it came to be, and what became of its samples."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.errors import DataError, GradvizError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.loader.epochview import EpochView
from gradviz.qt.loader.lanesview import LanesView
from gradviz.qt.loader.samplesview import SamplesView
from gradviz.qt.loader.stepper import Stepper
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.explain.pipeline.page import LoaderPage
    from gradviz.trace.trace import Trace

NAMES = {
    "steps": N_("Steps"), "samples": N_("Samples"), "workers": N_("Workers"), "epoch": N_("Epoch"),
}  # fmt: skip


class Known(NamedTuple):
    """What the page that is shown was made of: the trace, the iteration, whether its loss was
    computed at the cursor.
    """

    trace: weakref.ref[Trace]
    iteration: int
    loss: bool


class LoaderView(QWidget):
    """Four views over one `Way`; the page is made by the runner's worker, when somebody sees it."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._runner = workspace, runner
        self._known: Known | None = None
        self._failure: GradvizError | None = None
        self.way = Way(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, 0)
        column.setSpacing(SPACE // 2)
        top = QHBoxLayout()
        top.setContentsMargins(SPACE // 2, 0, SPACE, 0)
        top.setSpacing(SPACE)
        frame = QFrame()
        frame.setObjectName("switch")
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        for name in NAMES:
            button = QToolButton()
            button.setObjectName("choice")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, name=name: self.show_part(name))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons[name] = button
        top.addWidget(frame)
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        top.addWidget(self.heading, 1)
        self.follows = QToolButton()
        self.follows.setObjectName("deed")
        self.follows.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.follows.clicked.connect(lambda: self.way.choose(None))
        top.addWidget(self.follows)
        column.addLayout(top)
        self.trouble = QLabel()
        self.trouble.setObjectName("bad")
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trouble.setContentsMargins(SPACE, 0, SPACE, 0)
        column.addWidget(self.trouble)
        self.stepper = Stepper(self.way, workspace, runner, theme)
        self.samples = SamplesView(self.way, workspace, runner, theme)
        self.samples.opened.connect(lambda: self.show_part("steps"))
        self.lanes = LanesView(self.way, workspace, theme)
        self.epoch = EpochView(self.way, workspace, runner, theme)
        self._parts: dict[str, Stepper | SamplesView | LanesView | EpochView] = {
            "steps": self.stepper, "samples": self.samples, "workers": self.lanes,
            "epoch": self.epoch,
        }  # fmt: skip
        self._stack = QStackedWidget()
        for part in self._parts.values():
            self._stack.addWidget(part)
        column.addWidget(self._stack, 1)
        self.way.chosen.connect(self._head)
        runner.failed.connect(self._on_failed)
        self.show_part("steps")
        self.retranslate()

    def show_part(self, name: str) -> None:
        """Show the ``steps``, the ``samples``, the ``workers`` or the ``epoch``."""
        self._stack.setCurrentWidget(self._parts[name])
        self.buttons[name].setChecked(True)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("batch"))
        for name, button in self.buttons.items():
            button.setText(_(NAMES[name]))
        for part in self._parts.values():
            part.retranslate()
        self._head()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for part in self._parts.values():
            part.recolour(theme)

    def refresh(self) -> None:
        """Get the page, if anyone sees it."""
        self._failure = None
        if self.isVisible():
            known = self._known
            self._runner.ask(self, lambda: self._page_now(known), self._take)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._failure is None:
            self.refresh()

    def _page_now(self, known: Known | None) -> tuple[Known | None, LoaderPage | None]:
        """What there is to show, and nothing where that is shown already; for the worker."""
        from gradviz.explain.pipeline.page import loader_page
        from gradviz.trace.events import LossComputed

        session = self._workspace.session
        if session is None:
            return None, None
        iteration = session.event.iteration if session.event else 0
        begun = session.recorded.begun
        first = begun[iteration].event if iteration < len(begun) else 0
        passed = session.trace.events[first : session.index + 1]
        loss = any(isinstance(event, LossComputed) for event in passed)
        if known is not None and known.trace() is session.trace and known[1:] == (iteration, loss):
            return known, None
        return Known(weakref.ref(session.trace), iteration, loss), loader_page(session)

    def _take(self, found: tuple[Known | None, LoaderPage | None]) -> None:
        known, page = found
        if self._failure is not None or (known is not None and known is self._known):
            return
        self._known = known
        self.way.show(page)
        self._head()

    def _on_failed(self, error: Exception) -> None:
        """A loader that failed is told here too, with what came of its batch."""
        if not isinstance(error, DataError):
            return
        from gradviz.data.pipeline.loadererror import LoaderError
        from gradviz.explain.pipeline.page import LoaderPage, failed_page

        self._failure, self._known = error, None
        page = failed_page(error) if isinstance(error, LoaderError) else LoaderPage(trouble=error)
        self.way.show(page)
        self._head()

    def _head(self) -> None:
        """Say which batch it is, and which sample is followed."""
        page = self.way.page
        trouble = page.trouble if page else None
        self.trouble.setText(str(trouble) if trouble else _(page.why) if page and page.why else "")
        self.trouble.setAccessibleName(self.trouble.text())
        self.trouble.setObjectName("bad" if trouble else "muted")
        self.trouble.style().unpolish(self.trouble)
        self.trouble.style().polish(self.trouble)
        shown = trouble is not None and not (page and page.steps and self._failure)
        self.trouble.setVisible(bool(self.trouble.text()) and (shown or not trouble))
        self.heading.setText(_heading(page, failed=self._failure is not None))
        sample = self.way.sample
        self.follows.setVisible(sample is not None)
        if sample is not None:
            from gradviz.explain.pipeline.words import sample_name

            name = sample_name(sample.place, sample.index)
            self.follows.setText(f"{name}  ✕")
            text = _("Follow no sample: list all steps")
            self.follows.setToolTip(text)
            self.follows.setAccessibleName(f"{name}. {text}")


def _heading(page: LoaderPage | None, *, failed: bool) -> str:
    if page is None:
        return _("There is no batch yet")
    if failed and page.batch is None:
        return _("The loader failed")
    text = _("iteration {iteration}")
    if page.batch is not None:
        text = _("batch {batch} of {batches} · epoch {epoch} · {count} samples")
        if page.batches is None:
            text = _("batch {batch} · epoch {epoch} · {count} samples")
    if failed:
        text = _("{where} · failed").format(where=text)
    return text.format(
        iteration=page.iteration, batch=page.batch, batches=page.batches, epoch=page.epoch,
        count=len(page.way.indices) if page.way else len(page.samples),
    )  # fmt: skip
