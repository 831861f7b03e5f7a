"""The training loop as code, the line under the cursor marked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz.explain.loop import code
from gradviz.i18n import gettext as _
from gradviz.qt.highlight import coloured
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.qt.place import place_of
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.spec.project import LOOP
from gradviz.trace.events import Phase
from gradviz.workspace import Workspace

LINE = 26
GUTTER = 48


class CodeView(QWidget):
    """The lines of the project's loop; a bar and an arrow mark the current one."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._theme = theme
        self.phase: Phase | None = None
        self._ready = False
        self._lines = code()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LINE * len(self._lines) + SPACE)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("training loop"))
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def refresh(self) -> None:
        """Mark the line of the event under the cursor."""
        project = self._workspace.project
        before = self._lines, self.phase, self._ready
        several = project is not None and project.model.ends > 1
        order = project.training.order if project else LOOP
        self._lines = code(order, first=several)
        self._ready = self._workspace.session is not None
        place = place_of(self._workspace)
        self.phase = place.phase if place else None
        here = next((line.text.strip() for line in self._lines if line.phase == self.phase), "")
        self.setAccessibleDescription(here or "\n".join(line.text for line in self._lines))
        if before != (self._lines, self.phase, self._ready):
            self.setMinimumWidth(self.sizeHint().width())
            self.update()

    def sizeHint(self) -> QSize:
        longest = max(fonts.width(line.text, family="mono", size=TEXT) for line in self._lines)
        return QSize(round(longest) + GUTTER + SPACE, LINE * len(self._lines) + SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = SPACE / 2
        for number, line in enumerate(self._lines, start=1):
            current = line.phase == self.phase
            if current:
                self._paint_mark(painter, y, line.phase)
            painter.setFont(fonts.font("mono", TEXT))
            painter.setPen(QColor(self._theme.text if current else self._theme.muted))
            box = QRectF(0, y, GUTTER - 2 * SPACE, LINE)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number)
            )
            self._paint_code(painter, y, line.text)
            y += LINE

    def _paint_mark(self, painter: QPainter, y: float, phase: Phase) -> None:
        theme = self._theme
        colour = theme.phases[phase]
        painter.fillRect(QRectF(0, y, self.width(), LINE), mixed(theme.panel, colour, 0.25))
        painter.fillRect(QRectF(0, y, 4, LINE), QColor(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.cursor))
        x, middle = 9.0, y + LINE / 2
        painter.drawPolygon(
            QPolygonF([QPointF(x, middle - 6), QPointF(x, middle + 6), QPointF(x + 9, middle)])
        )

    def _paint_code(self, painter: QPainter, y: float, line: str) -> None:
        x = float(GUTTER)
        base = y + LINE / 2 + TEXT * 0.36
        plain = [(line, self._theme.text)]
        for piece, ink in coloured(line, self._theme) if self._ready else plain:
            painter.setPen(QColor(ink))
            painter.drawText(QPointF(x, base), piece)
            x += fonts.width(piece, family="mono", size=TEXT)
