"""The epoch at a glance: the classes of each batch, which samples come, which are dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gradviz.errors import DataError
from gradviz.i18n import gettext as _
from gradviz.qt.factlist import FactList
from gradviz.qt.loader.pieceview import PieceView
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.pages import facts
from gradviz.qt.runner import Runner
from gradviz.render.previews.stack import Piece
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.data.previews.told import EpochTold
    from gradviz.qt.pages import Fact

NAMED = 12


class EpochView(QWidget):
    """An epoch is gone through only when one asks for it, for that reads every sample."""

    def __init__(self, way: Way, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._runner, self._theme = workspace, runner, theme
        self.told: EpochTold | None = None
        self._why = ""
        self._of: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, SPACE, 0)
        top = QHBoxLayout()
        self.look, self.why = QPushButton(), QLabel()
        self.look.setObjectName("deed")
        self.look.clicked.connect(self._look)
        self.why.setObjectName("muted")
        self.why.setWordWrap(True)
        top.addWidget(self.look)
        top.addWidget(self.why, 1)
        column.addLayout(top)
        body = QWidget()
        body.setObjectName("paper")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        self.facts, self.picture = FactList(), PieceView()
        rows.addWidget(self.facts)
        rows.addWidget(self.picture)
        rows.addStretch(1)
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setWidget(body)
        column.addWidget(self._scroller, 1)
        way.shown.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.look.setText(_("Go through an epoch"))
        self.look.setToolTip(_("Reads every sample once, as the loader would; nothing is trained"))
        self._scroller.setAccessibleName(_("the epoch"))
        self._show(self.told, self._why)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._show(self.told, self._why)

    def refresh(self) -> None:
        """What was seen of another session's loader is forgotten."""
        session = self._workspace.session
        loader = session.loader if session else None
        self.look.setEnabled(loader is not None)
        if loader is not self._of:
            self._of = loader
            self._show(None)

    def _look(self) -> None:
        workspace, project = self._workspace, self._workspace.project
        label = project.data.target if project else ""

        def look() -> tuple[EpochTold | None, str]:
            from gradviz.explain.pipeline.epoch import epoch_of

            session = workspace.session
            try:
                return None if session is None else epoch_of(session, label=label), ""
            except DataError as error:
                return None, str(error)

        self._runner.ask(self, look, lambda found: self._show(*found))

    def _show(self, told: EpochTold | None, why: str = "") -> None:
        self.told, self._why = told, why
        hint = _("Reads every sample once, as the loader would; nothing is trained")
        self.why.setText(why or ("" if told else hint))
        self.facts.show_facts(_facts(told) if told else ())
        theme = self._theme

        def draw(width: float) -> Piece:
            from gradviz.render.previews.epoch import draw_balance, draw_lengths, draw_visits
            from gradviz.render.previews.stack import stacked

            assert told is not None
            draws = draw_balance, draw_lengths, draw_visits
            pieces = [each(told, width=width, theme=theme) for each in draws]
            return stacked(pieces, gap=2.0 * SPACE)

        self.picture.show_drawing(draw if told else None, _("the epoch"))
        self.picture.setVisible(told is not None)


def _facts(told: EpochTold) -> tuple[Fact, ...]:
    lengths = [each for batch in told.batches for each in batch.lengths]
    known = f" / {told.batches_known}" if told.batches_known and not told.whole else ""
    again = sum(1 for count in told.visits if count > 1)
    came = _("{count}, {again} of them more than once").format(
        count=sum(1 for count in told.visits if count), again=again
    )
    alone = f"{told.one_class:.0%}" if told.classes else ""
    return facts(
        (_("batches"), f"{len(told.batches)}{known}"),
        (_("samples that came"), came if told.visits else ""),
        (_("never came"), _listed(told.missed) if told.visits and told.whole else ""),
        (_("dropped by drop_last"), _listed(told.dropped)),
        (_("lengths"), f"{min(lengths)} – {max(lengths)}" if lengths else ""),
        (_("batches of one class"), alone),
    )


def _listed(indices: tuple[int | str, ...]) -> str:
    more = ", …" if len(indices) > NAMED else ""
    named = ", ".join(map(str, indices[:NAMED])) + more
    return f"{len(indices)}: {named}" if indices else "0"
