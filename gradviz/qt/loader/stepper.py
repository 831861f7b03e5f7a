"""The stepper: the stages, the steps of the batch, and the detail of the current one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.icons import SIDE, icon
from gradviz.qt.loader.stagestrip import StageStrip
from gradviz.qt.loader.stepdetail import StepPane
from gradviz.qt.loader.steptable import StepTable
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

BUTTONS = {
    -1: ("back", N_("Back to the step before"), "Alt+["),
    1: ("step", N_("On to the next step"), "Alt+]"),
}


class Stepper(QWidget):
    """Thin views over a `Way`. Alt+[ and Alt+] walk wherever the keys go in the pane."""

    def __init__(self, way: Way, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._way = way
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        top = QHBoxLayout()
        top.setContentsMargins(SPACE // 2, 0, SPACE, 0)
        top.setSpacing(SPACE // 4)
        self.buttons: dict[int, QToolButton] = {}
        for count, (_name, _text, key) in BUTTONS.items():
            button = QToolButton()
            button.setIconSize(QSize(SIDE, SIDE))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setShortcut(key)
            button.clicked.connect(lambda _on=False, count=count: way.go_on(count))
            top.addWidget(button)
            self.buttons[count] = button
        self.count = QLabel()
        self.count.setObjectName("muted")
        self.strip = StageStrip(way)
        top.addWidget(self.strip, 1)
        top.addWidget(self.count)
        column.addLayout(top)
        self.table = StepTable(way)
        self.pane = StepPane(way, workspace, runner, theme)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.pane)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPACE)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        split.setSizes([400, 460])
        column.addWidget(split, 1)
        for signal in (way.shown, way.moved, way.chosen):
            signal.connect(self.refresh)
        self.recolour(theme)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for count, (_name, text, key) in BUTTONS.items():
            button = self.buttons[count]
            button.setToolTip(f"{_(text)} ({key})")
            button.setAccessibleName(_(text))
        for part in (self.strip, self.table, self.pane):
            part.retranslate()
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for count, (name, _text, _key) in BUTTONS.items():
            self.buttons[count].setIcon(icon(name, colour=theme.accent, disabled=theme.none))
        self.pane.recolour(theme)

    def refresh(self) -> None:
        """Say where one is."""
        count, here = len(self._way.steps), self._way.current
        self.buttons[-1].setEnabled(here > 0)
        self.buttons[1].setEnabled(here < count - 1)
        text = _("step {number} of {count}").format(number=here + 1, count=count)
        self.count.setText(text if count else "")
