"""The timeline: an iteration's events as ticks in their phases' colours, to be scrubbed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.qt.place import Place, place_of
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

HEIGHT = 50
BAND = QRectF(SPACE + SPACE / 2, 12, 0, 16)
"""Left, top and height of the ticks."""
NAMES = 20
"""Height of the phases' names below."""


class Timeline(QWidget):
    """A slot for the start and one for each event; dragging moves the cursor."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self._place: Place | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("timeline"))
        self.setToolTip(_("Drag to move through the iteration; ← and → go one event"))

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def refresh(self) -> None:
        """Look up where the cursor stands."""
        before, self._place = self._place, place_of(self._workspace)
        place = self._place
        if (
            place is not None
            and before is not None
            and before.events is place.events
            and before.index == place.index
        ):
            return
        self.setAccessibleDescription(f"{place.event} / {len(place.events) - 1}" if place else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def x_of(self, number: int) -> float:
        """The middle of a slot; 0 is the start, event n is in n + 1."""
        return BAND.left() + (number + 0.5) * self._slot()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self._place
        if place is None:
            return
        match event.key():
            case Qt.Key.Key_Left:
                self._runner.do(commands.back)
            case Qt.Key.Key_Right:
                self._runner.do(commands.step)
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(len(place.events))
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, place = self._theme, self._place
        band = self._band()
        if place is None:
            painter.setPen(QColor(theme.border))
            painter.drawRoundedRect(band, 4, 4)
            return
        self._paint_ticks(painter, place, band)
        self._paint_names(painter, place, band)
        self._paint_cursor(painter, place, band)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_ticks(self, painter: QPainter, place: Place, band: QRectF) -> None:
        slot, theme = self._slot(), self._theme
        gap = 1.0 if slot >= 4 else 0.0
        start = QRectF(band.left(), band.top() + 6, slot - gap, band.height() - 12)
        painter.fillRect(start, QColor(theme.border))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, gap > 0)
        first = 1
        for phase, count in place.runs:
            after = min(max(place.event + 2, first), first + count)
            colour = theme.phases[phase]
            spans = ((first, after, QColor(colour)), (after, first + count, _ahead(theme, colour)))
            for begin, end, ink in spans:
                if gap:
                    for number in range(begin, end):
                        left = band.left() + number * slot
                        tick = QRectF(left, band.top(), slot - gap, band.height())
                        painter.fillRect(tick, ink)
                elif begin < end:
                    left, width = band.left() + begin * slot, (end - begin) * slot
                    painter.fillRect(QRectF(left, band.top(), width, band.height()), ink)
            first += count
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_names(self, painter: QPainter, place: Place, band: QRectF) -> None:
        """The phases' names, where there is room."""
        slot, theme, number = self._slot(), self._theme, 1
        for phase, count in place.runs:
            box = QRectF(band.left() + number * slot, band.bottom() + 2, count * slot, NAMES)
            here = phase == place.phase
            if fonts.width(phase, size=TEXT, bold=here) <= box.width():
                painter.setPen(QColor(theme.text if number <= place.event + 1 else theme.muted))
                painter.setFont(fonts.font("sans", TEXT, bold=here))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, phase)
            number += count

    def _paint_cursor(self, painter: QPainter, place: Place, band: QRectF) -> None:
        x = self.x_of(place.event + 1)
        painter.setPen(QPen(QColor(self._theme.panel), 5))
        painter.drawLine(QPointF(x, band.top() - 2), QPointF(x, band.bottom() + 2))
        painter.setPen(QPen(QColor(self._theme.cursor), 3))
        painter.drawLine(QPointF(x, band.top() - 2), QPointF(x, band.bottom() + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.cursor))
        top = band.top() - 10
        painter.drawPolygon(
            QPolygonF([QPointF(x - 7, top), QPointF(x + 7, top), QPointF(x, top + 11)])
        )

    def _band(self) -> QRectF:
        return QRectF(BAND.left(), BAND.top(), self.width() - 2 * BAND.left(), BAND.height())

    def _slot(self) -> float:
        count = len(self._place.events) if self._place else 0
        return self._band().width() / (count + 1)

    def _scrub(self, x: float) -> None:
        if self._place is not None:
            number = int((x - BAND.left()) // self._slot())
            self._go(min(max(number, 0), len(self._place.events)))

    def _go(self, number: int) -> None:
        if self._place is not None and self._place.events:
            index = self._place.events[0].index + number - 1
            self._runner.do(commands.goto_event, index, latest=True)


def _ahead(theme: Theme, colour: str) -> QColor:
    return mixed(theme.panel, colour, 0.3)
