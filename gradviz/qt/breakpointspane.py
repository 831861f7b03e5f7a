"""The breakpoints: a row each, and a line to write another condition in."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.checkedline import CheckedLine
from gradviz.qt.hitcounter import HitCounter
from gradviz.qt.icons import icon
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.qt.stopdialog import EXAMPLE, told
from gradviz.render.theme import Theme
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.expression import parse
from gradviz.workspace import Workspace

WIDE, HITS, HIGH = 260, 160, 30
"""Pixels that the line of a condition is wide at least, the number of hits, and a row is high."""


class BreakpointRow(QWidget):
    """Whether it is on, what it is, its condition, its hits, and a button to take it away."""

    def __init__(self, breakpoint: Breakpoint, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self.breakpoint, self._runner = breakpoint, runner
        self._is_condition = breakpoint.on == "expression"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.on = QCheckBox(_words(breakpoint))
        self.on.setToolTip(str(breakpoint))
        self.on.setMinimumHeight(HIGH)
        self.on.setChecked(breakpoint.enabled)
        self.on.clicked.connect(self._on_switched)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.on, 1, top)
        text = str(breakpoint.what) if self._is_condition else breakpoint.when
        self.condition = CheckedLine(
            self._check,
            name=_("condition"),
            placeholder=_("always; or, say: {example}").format(example=EXAMPLE),
        )
        self.condition.edit.setText(text)
        self.condition.setMinimumWidth(WIDE)
        self.condition.hint.setMinimumWidth(1)
        self.condition.edit.editingFinished.connect(self._on_condition)
        row.addWidget(self.condition, 1, top)
        self.hits = QLabel()
        self.hits.setObjectName("muted")
        self.hits.setFixedSize(HITS, HIGH)
        self.hits.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.hits, 0, top)
        self.remove = QToolButton()
        self.remove.setIconSize(QSize(14, 14))
        self.remove.setToolTip(_("Remove"))
        self.remove.setAccessibleName(_("Remove {breakpoint}").format(breakpoint=breakpoint))
        self.remove.clicked.connect(lambda: runner.do(commands.remove_breakpoint, self.breakpoint))
        row.addWidget(self.remove, 0, top)
        self.recolour(theme)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.remove.setIcon(icon("close", colour=theme.muted, disabled=theme.none))

    def count(self, number: int) -> None:
        """Show how often it was hit so far."""
        text = _("hits: {count}").format(count=number)
        if self.breakpoint.hits > 1:
            text = _("hits: {count}, stops at every {every}.").format(
                count=number, every=self.breakpoint.hits
            )
        self.hits.setText(text)

    def _check(self, text: str) -> str:
        if text or self._is_condition:
            parse(text)
        return ""

    def _on_switched(self, on: bool) -> None:
        self._runner.do(commands.enable_breakpoint, self.breakpoint, on)

    def _on_condition(self) -> None:
        known = self.breakpoint.what if self._is_condition else self.breakpoint.when
        if self.condition.right and self.condition.text != known:
            deed = partial(commands.condition_breakpoint, when=self.condition.text)
            self._runner.do(deed, self.breakpoint)


class BreakpointsPane(QWidget):
    """A list that follows the workspace; what is being written in a row stays as it is."""

    def __init__(
        self, workspace: Workspace, runner: Runner, hits: HitCounter, theme: Theme
    ) -> None:
        super().__init__()
        self._workspace, self._runner, self._hits, self._theme = workspace, runner, hits, theme
        self.rows: list[BreakpointRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE + SPACE // 2, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        self.empty = QLabel()
        self.empty.setObjectName("muted")
        self.empty.setWordWrap(True)
        column.addWidget(self.empty)
        area = QScrollArea()
        area.setWidgetResizable(True)
        inside = QWidget()
        inside.setObjectName("paper")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(SPACE // 2)
        self._list.addStretch(1)
        area.setWidget(inside)
        column.addWidget(area, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE)
        self._label = QLabel()
        bottom.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        self.more = CheckedLine(self._check, name="", placeholder=EXAMPLE)
        self.more.edit.returnPressed.connect(self._on_more)
        bottom.addWidget(self.more, 1)
        column.addLayout(bottom)
        hits.changed.connect(self._count)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("breakpoints"))
        self.empty.setText(
            _(
                "Runs stop nowhere yet. F9 stops at what is selected, or at this event; so does "
                "“Stop here” in the menus of the graph, the events, the parameters and the code."
            )
        )
        self._label.setText(_("Stop when"))
        self.more.edit.setAccessibleName(_("Stop when"))
        self.more.look()
        self._clear()
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for row in self.rows:
            row.recolour(theme)

    def refresh(self) -> None:
        """Show the breakpoints that there are."""
        wanted = self._workspace.breakpoints
        if wanted != tuple(row.breakpoint for row in self.rows):
            kept = {row.breakpoint: row for row in self.rows}
            for breakpoint, row in kept.items():
                if breakpoint not in wanted:
                    _drop(row)
            self.rows = []
            for place, breakpoint in enumerate(wanted):
                row = kept.get(breakpoint) or BreakpointRow(breakpoint, self._runner, self._theme)
                self._list.insertWidget(place, row)
                self.rows.append(row)
        for row in self.rows:
            row.on.setChecked(row.breakpoint.enabled)
        self.empty.setVisible(not self.rows)
        self._count()

    def _count(self) -> None:
        for row in self.rows:
            row.count(len(self._hits.of(row.breakpoint)))

    def _clear(self) -> None:
        for row in self.rows:
            _drop(row)
        self.rows = []

    def _check(self, text: str) -> str:
        return told(text) if text else ""

    def _on_more(self) -> None:
        if self.more.text and self.more.right:
            self._runner.do(commands.add_breakpoint, self.more.text)
            self.more.edit.clear()


def _drop(row: BreakpointRow) -> None:
    row.hide()
    row.setParent(None)
    row.deleteLater()


def _words(breakpoint: Breakpoint) -> str:
    if breakpoint.on == "expression":
        return _("when")
    return str(replace(breakpoint, when="", hits=1))
