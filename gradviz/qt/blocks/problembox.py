"""What is wrong with a block, in words, and what would mend it at a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from gradviz.errors import BuildError
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, mixed
from gradviz.render.blocks.sheet import mending_of, words_at
from gradviz.render.theme import Theme

if TYPE_CHECKING:
    from gradviz.engine.building.repairs import Repair


class ProblemBox(QFrame):
    """``wanted`` tells which of the repairs is to be made; ``run_wanted`` that one would rather see
    how far the model runs.
    """

    wanted = Signal(int)
    run_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("problem")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        self._column.setSpacing(SPACE // 2)
        self.what, self.mend = QLabel(), QLabel()
        for label, name in ((self.what, "heading"), (self.mend, "")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(label)
        self.buttons: list[QPushButton] = []
        self.run = QPushButton()
        self.run.setObjectName("deed")
        self.run.clicked.connect(self.run_wanted)
        self.hide()
        self.recolour(theme)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        ground = mixed(theme.panel, theme.error, 0.1).name()
        self.setStyleSheet(
            f"#problem {{ background: {ground}; border: 1px solid {theme.error};"
            " border-radius: 6px; }"
        )

    def show_problem(
        self, problem: BuildError | None, repairs: Sequence[Repair], *, where: str = ""
    ) -> None:
        """Show this of the block at a path, or nothing: the only place that makes the buttons."""
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.setVisible(problem is not None)
        if problem is None:
            return
        self.what.setText(words_at(problem, where))
        self.mend.setText(mending_of(problem))
        self.mend.setVisible(bool(self.mend.text()))
        for place, repair in enumerate(repairs):
            button = QPushButton(_(repair.text).format(**repair.fields))
            button.setObjectName("deed")
            button.clicked.connect(lambda _checked=False, place=place: self.wanted.emit(place))
            self._column.addWidget(button)
            self.buttons.append(button)
        self._column.addWidget(self.run)  # below all repairs
        self.run.setText(_("▷ run up to here"))
        self.run.setToolTip(_("See what the blocks before it do, and how torch fails here"))
