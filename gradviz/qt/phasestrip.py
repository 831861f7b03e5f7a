"""The phase strip: the six phases of an iteration, the cursor's lit."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.qt.place import place_of
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme, text_on
from gradviz.trace.events import PHASES, Phase
from gradviz.workspace import Workspace

HEIGHT = 34


class PhaseChip(QAbstractButton):
    """One phase: a bar in its colour, filled and bold while the cursor is in it."""

    def __init__(self, phase: Phase, theme: Theme) -> None:
        super().__init__()
        self.phase = phase
        self.theme = theme
        self.reached = False
        self.setCheckable(True)
        self.setText(phase)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        width = fonts.width(self.text(), size=TEXT, bold=True)
        return QSize(round(width) + 2 * SPACE, HEIGHT)

    def nextCheckState(self) -> None:
        """A click is a command; only the workspace says which phase is lit."""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, lit = self.theme, self.isChecked()
        colour = theme.phases[self.phase]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = QColor(colour) if lit else QColor(theme.panel)
        if not lit and self.isEnabled() and self.underMouse():
            ground = mixed(theme.panel, colour, 0.2)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(theme.accent if focused else theme.border), 2 if focused else 1))
        if lit and not focused:
            painter.setPen(QPen(QColor(colour)))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 6, 6)
        if not lit:
            bar = QColor(colour)
            bar.setAlphaF(1.0 if self.reached else 0.45)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bar)
            painter.drawRoundedRect(
                QRectF(SPACE, HEIGHT - 6, self.width() - 2 * SPACE, 3), 1.5, 1.5
            )
        ink = text_on(colour) if lit else theme.text if self.reached else theme.muted
        painter.setPen(QColor(ink))
        painter.setFont(fonts.font("sans", TEXT, bold=lit))
        text = QRectF(self.rect()).adjusted(0, 0, 0, 0 if lit else -3)
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, self.text())
        if lit:
            left = (self.width() - fonts.width(self.text(), size=TEXT, bold=True)) / 2 - 13
            middle = HEIGHT / 2
            painter.setBrush(QColor(ink))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(left, middle - 4),
                        QPointF(left, middle + 4),
                        QPointF(left + 6, middle),
                    ]
                )
            )


class PhaseStrip(QWidget):
    """A chip a phase; a click goes to the end of that phase in this iteration."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        self.chips: dict[Phase, PhaseChip] = {}
        for phase in PHASES:
            chip = PhaseChip(phase, theme)
            chip.clicked.connect(lambda _checked=False, phase=phase: self._go(phase))
            row.addWidget(chip, 1)
            self.chips[phase] = chip
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for phase, chip in self.chips.items():
            chip.setAccessibleName(_("phase {phase}").format(phase=phase))
            chip.setToolTip(_("Go to the end of {phase}").format(phase=phase))

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for chip in self.chips.values():
            chip.theme = theme
            chip.update()

    def refresh(self) -> None:
        """Light the phase of the event under the cursor."""
        place = place_of(self._workspace)
        here = place.phase if place else None
        there = {phase for phase, _count in place.runs} if place else set()
        for phase, chip in self.chips.items():
            chip.setEnabled(phase in there)
            chip.setChecked(phase == here)
            reached = here is not None and PHASES.index(phase) <= PHASES.index(here)
            if chip.reached != reached:
                chip.reached = reached
                chip.update()

    def _go(self, phase: Phase) -> None:
        place = place_of(self._workspace)
        if place is not None:
            self._runner.do(commands.goto, f"{place.iteration}/{phase}:end")
