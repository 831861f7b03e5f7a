"""The epoch at a glance: the classes of each batch, which samples come, which are dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.factlist import FactList
from gradviz.qt.loader.drawingbox import DrawingBox
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.pages import facts
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.data.pipeline.overview import EpochOverview
    from gradviz.qt.pages import Fact
    from gradviz.render.drawing import Item
    from gradviz.trace.pipeline import Index

MOST = 400
"""Batches that are looked at."""
NAMED = 12


class EpochView(QWidget):
    """An epoch is gone through only when one asks for it, for that reads every sample."""

    def __init__(self, way: Way, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._runner, self._theme = workspace, runner, theme
        self.overview: EpochOverview | None = None
        self._of: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, SPACE, 0)
        self.look = QPushButton()
        self.look.setObjectName("deed")
        self.look.clicked.connect(self._look)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        body = QWidget()
        body.setObjectName("paper")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        self.facts = FactList()
        self.balance = DrawingBox()
        rows.addWidget(self.facts)
        rows.addWidget(self.balance)
        rows.addStretch(1)
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setWidget(body)
        column.addWidget(self._scroller, 1)
        way.shown.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.look.setText(_("Go through an epoch"))
        self.look.setToolTip(_("Reads every sample once, as the loader would; nothing is trained"))
        self._scroller.setAccessibleName(_("the epoch"))
        self.balance.setAccessibleName(_("classes of each batch"))
        self._show(self.overview)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._show(self.overview)

    def refresh(self) -> None:
        """What was seen of another session's loader is forgotten."""
        session = self._workspace.session
        loader = session.loader if session else None
        self.look.setEnabled(loader is not None)
        if loader is not self._of:
            self._of = loader
            self._show(None)

    def _look(self) -> None:
        workspace = self._workspace

        def look() -> EpochOverview | None:
            from torch.utils.data import DataLoader, IterableDataset

            from gradviz.data.pipeline.overview import epoch_overview

            loader = workspace.session.loader if workspace.session else None
            if not isinstance(loader, DataLoader) or isinstance(loader.dataset, IterableDataset):
                return None
            return None if loader.num_workers else epoch_overview(loader, limit=MOST)

        self._runner.ask(self, look, self._show)

    def _show(self, overview: EpochOverview | None) -> None:
        self.overview = overview
        self.facts.show_facts(_facts(overview) if overview else ())
        drawn: tuple[tuple[Item, ...], float, float] = ((), 0.0, 0.0)
        if overview is not None and overview.classes:
            from gradviz.render.loader.balance import draw_balance

            counts = [each.classes for each in overview.batches]
            drawn = draw_balance(counts, theme=self._theme)
        self.balance.show_items(*drawn)


def _facts(overview: EpochOverview) -> tuple[Fact, ...]:
    lengths = [each for batch in overview.batches for each in batch.lengths]
    again = sum(1 for count in overview.visits.values() if count > 1)
    return facts(
        (_("batches"), str(len(overview.batches))),
        (_("samples that came"), _("{count}, {again} of them more than once").format(
            count=len(overview.visits), again=again)),
        (_("never came"), _listed(overview.missed)),
        (_("dropped by drop_last"), _listed(overview.dropped)),
        (_("lengths"), f"{min(lengths)} – {max(lengths)}" if lengths else ""),
        (_("batches of one class"), f"{overview.one_class:.0%}" if overview.classes else ""),
        (_("classes"), ", ".join(f"{k}: {v}" for k, v in sorted(overview.classes.items())[:20])),
    )  # fmt: skip


def _listed(indices: tuple[Index, ...]) -> str:
    more = ", …" if len(indices) > NAMED else ""
    named = ", ".join(map(str, indices[:NAMED])) + more
    return f"{len(indices)}: {named}" if indices else "0"
