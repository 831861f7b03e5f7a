"""The samples of the batch, and beside them the whole way of the one that is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gradviz.i18n import gettext as _
from gradviz.qt.factlist import FactList
from gradviz.qt.loader.samplegrid import SampleGrid
from gradviz.qt.loader.stagestrip import NAMES
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.pages import Fact, facts
from gradviz.qt.previewview import PreviewView
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.explain.pipeline.detail import StepDetail
    from gradviz.explain.pipeline.page import Sample

NUMBER = Qt.ItemDataRole.UserRole


class SamplesView(QWidget):
    """Thin views over a `Way`. ``opened``: a step of the sample is to be looked at."""

    opened = Signal()

    def __init__(self, way: Way, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._way, self._workspace, self._runner = way, workspace, runner
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, 0, 0)
        self.grid = SampleGrid(theme)
        self.grid.picked.connect(way.choose)
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        held = QWidget()
        held.setObjectName("paper")
        inner = QVBoxLayout(held)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.grid)
        inner.addStretch(1)
        self._scroller.setWidget(held)
        side = QWidget()
        rows = QVBoxLayout(side)
        rows.setContentsMargins(SPACE, 0, SPACE, 0)
        rows.setSpacing(SPACE // 2)
        self.who = QLabel()
        self.who.setObjectName("heading")
        self.who.setWordWrap(True)
        self.facts = FactList()
        self.steps = QListWidget()
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.steps.itemActivated.connect(self._open)
        self.steps.itemClicked.connect(self._open)
        self.look = PreviewView(theme)
        looks = QScrollArea()
        looks.setWidgetResizable(True)
        looks.setFrameShape(QFrame.Shape.NoFrame)
        looks.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        paper = QWidget()
        paper.setObjectName("paper")
        sheet = QVBoxLayout(paper)
        sheet.setContentsMargins(0, 0, 0, 0)
        sheet.addWidget(self.look)
        sheet.addStretch(1)
        looks.setWidget(paper)
        looks.setMinimumHeight(60)
        self._looks = looks
        for part in (self.who, self.facts):
            rows.addWidget(part)
        rows.addWidget(self.steps, 3)
        rows.addWidget(looks, 2)
        rows.addStretch(0)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._scroller)
        split.addWidget(side)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([540, 320])
        column.addWidget(split)
        way.shown.connect(self.refresh)
        way.chosen.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self._scroller.setAccessibleName(_("samples of the batch"))
        self.steps.setAccessibleName(_("the way of the sample"))
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.grid.recolour(theme)
        self.look.recolour(theme)

    def refresh(self) -> None:
        """Show the samples, and the way of the one that is followed."""
        page = self._way.page
        samples = page.samples if page else ()
        self.grid.show_samples(samples, self._way.place)
        sample = self._way.sample
        if sample is not None:
            box = self.grid.box_of(sample.place)
            self._scroller.ensureVisible(box.center().x(), box.center().y(), 0, box.height())
        if sample is None:
            self.who.setText(_("Choose a sample to see its whole way.") if samples else "")
        else:
            from gradviz.explain.pipeline.words import sample_name

            self.who.setText(sample_name(sample.place, sample.index))
        self.facts.show_facts(() if sample is None else _facts(sample))
        self._list(sample)
        self._ask(sample)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask(self._way.sample)

    def _ask(self, sample: Sample | None) -> None:
        """Have the sample looked at, as the dataset gave it."""
        page, workspace = self._way.page, self._workspace
        way = page.way if page else None
        self._looks.setVisible(sample is not None and way is not None)
        if sample is None or way is None or not self.isVisible():
            return

        def look() -> StepDetail:
            from gradviz.data.previews.context import context_of
            from gradviz.explain.pipeline.detail import sample_detail

            dataset = getattr(getattr(workspace.session, "loader", None), "dataset", None)
            return sample_detail(way, sample.place, context_of(dataset))

        def show(detail: StepDetail) -> None:
            if self._way.sample is sample:
                self.look.show_previews(detail.after, _("as the dataset gave it"))
                self._looks.verticalScrollBar().setValue(0)

        self._runner.ask(self, look, show)

    def _list(self, sample: Sample | None) -> None:
        """The only place that makes rows."""
        self.steps.clear()
        self.steps.setVisible(sample is not None)
        if sample is None:
            return
        from gradviz.explain.pipeline.words import sentence, title

        for step in self._way.steps:
            stage = _(NAMES[step.stage]) if step.stage in NAMES else step.stage
            item = QListWidgetItem(f"{stage} ▸ {title(step).strip()}")
            item.setData(NUMBER, step.number)
            item.setToolTip(sentence(step))
            self.steps.addItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        self._way.go_to(item.data(NUMBER))
        self.opened.emit()


def _facts(sample: Sample) -> tuple[Fact, ...]:
    """What is known of a sample."""
    outcome = sample.outcome
    loss = None if outcome is None else outcome.loss
    guess = sample.prediction
    if guess:
        guess = f"✗ {guess}" if sample.wrong else f"✓ {guess}"
    if outcome is None:
        loss_text = _("not yet: the cursor is before the loss")
    else:
        loss_text = _("the loss has no part of its own for it") if loss is None else f"{loss:.6g}"
    return facts(
        (_("label"), sample.label),
        (_("predicted"), guess),
        (_("its own loss"), loss_text),
    )
