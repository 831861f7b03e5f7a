"""The timeline: the events as ticks in their phases' colours, to be scrubbed and zoomed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from gradviz import commands
from gradviz.engine.stops.here import at_event
from gradviz.i18n import gettext as _
from gradviz.qt.hitcounter import HitCounter
from gradviz.qt.place import Place, place_of
from gradviz.qt.runner import Runner
from gradviz.qt.stopmenu import StopMenu
from gradviz.qt.timelinepaint import BAND, Sight, paint
from gradviz.qt.timelinespans import Spans
from gradviz.render.theme import Theme
from gradviz.trace.lines import line
from gradviz.workspace import Workspace

HEIGHT, BAR = 50, 12
"""Pixels of the ticks and what stands around them, and of the scroll bar below."""
FEWEST = 8.0
"""Slots that the closest look shows."""
ZOOM, NOTCH = 1.25, 120
FINE = 16
"""Steps of the scroll bar in a slot."""


class Timeline(QWidget):
    """A slot for the start and one for each event of the whole trace; dragging moves the cursor.

    It shows the cursor's iteration, until one zooms or pans; then the cursor is kept in sight.
    """

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self._place: Place | None = None
        self._stops = StopMenu(workspace, runner, self)
        self.hits = HitCounter(workspace, runner)
        self.hits.changed.connect(self.update)
        self._spans = Spans()
        self.first, self.span = 0.0, 1.0
        """The part that is seen, in slots."""
        self.fitted = True
        self._panned: float | None = None
        self.bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self.bar.hide()
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar.setCursor(Qt.CursorShape.ArrowCursor)
        self.bar.valueChanged.connect(self._on_bar)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("timeline"))
        self.bar.setAccessibleName(_("part of the timeline"))

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def refresh(self) -> None:
        """Look up where the cursor stands, and what was recorded since."""
        session = self._workspace.session
        grown = self._spans.update(session.trace if session else None)
        before, self._place = self._place, place_of(self._workspace)
        place = self._place
        self.hits.refresh()
        index = place.index if place else -1
        moved = before is None or place is None or before.index != index
        if self.fitted:
            self._fit_iteration()
        elif moved or grown:
            self._keep_in_sight(index + 1)
        self.setAccessibleDescription(f"{place.event} / {len(place.events) - 1}" if place else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT + (0 if self.bar.isHidden() else BAR))

    def x_of(self, number: int) -> float:
        """The middle of a slot; 0 is the start, event n of the trace is in n + 1."""
        return BAND.left() + (number + 0.5 - self.first) * self._slot

    def zoom(self, factor: float, x: float) -> None:
        """Show more of it (a factor above 1) or less, with what is at x left there."""
        part = (x - BAND.left()) / max(self._width, 1)
        at = self.first + part * self.span
        span = min(max(self.span * factor, FEWEST), self._total)
        self._look(at - part * span, span)

    def pan(self, slots: float) -> None:
        """Show what is further on, or before."""
        self._look(self.first + slots, self.span)

    def fit(self) -> None:
        """Show the cursor's iteration, or, if it is shown, the whole trace."""
        if self.fitted and self.span < self._total:
            self._look(0, self._total)
        else:
            self.fitted = True
            self._fit_iteration()
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.told_at(event.pos())
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def told_at(self, point: QPoint) -> str:
        """The event at a point, in a line, and how the mouse and the keys go on."""
        number = self._number_at(point.x())
        session = self._workspace.session
        hint = _("Drag to move; the wheel zooms, a double click fits")
        if session is None or not 0 < number <= self._spans.count or self._runner.busy:
            return hint
        event = session.trace.events[number - 1]
        where = _("iteration {iteration} · event {event}").format(
            iteration=event.iteration,
            event=event.index - self._spans.iteration_at(event.index)[0],
        )
        return f"{where}\n{line(event)}\n{hint}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._panned = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(x)
        elif event.buttons() & Qt.MouseButton.MiddleButton and self._panned is not None:
            self.pan((self._panned - x) / self._slot)
            self._panned = x

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._panned = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if delta.x() or shift:
            self.pan(-(delta.x() or delta.y()) / NOTCH * self.span / 10)
        else:
            self.zoom(ZOOM ** (-delta.y() / NOTCH), event.position().x())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        session, place = self._workspace.session, self._place
        if session is None or place is None or self._runner.busy:
            return
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        number = self._number_at(event.pos().x()) if mouse else place.index + 1
        if 0 < number <= self._spans.count:
            here = at_event(session.trace, session.trace.events[number - 1])
            self._stops.open(event.globalPos(), here)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self._place
        if place is None:
            return
        first, after = self._spans.iteration_at(place.index)
        whole = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Left:
                self._runner.do(commands.back)
            case Qt.Key.Key_Right:
                self._runner.do(commands.step)
            case Qt.Key.Key_Home:
                self._go(0 if whole else first)
            case Qt.Key.Key_End:
                self._go(self._spans.count if whole else after)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / ZOOM, self.x_of(place.index + 1))
            case Qt.Key.Key_Minus:
                self.zoom(ZOOM, self.x_of(place.index + 1))
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_PageUp:
                self.pan(-self.span)
            case Qt.Key.Key_PageDown:
                self.pan(self.span)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        place = self._place
        known = self._workspace.breakpoints
        marks = [(self.hits.of(each), each.enabled) for each in known]
        sight = Sight(self.first, self.span, self.width(), place.index if place else -1)
        painter = QPainter(self)
        paint(painter, self._theme, self._spans, sight, marks)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.accent)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = round(BAND.left())
        self.bar.setGeometry(left, HEIGHT - 1, self.width() - 2 * left, BAR)

    @property
    def _width(self) -> float:
        return self.width() - 2 * BAND.left()

    @property
    def _slot(self) -> float:
        """Pixels of a slot."""
        return self._width / self.span

    @property
    def _total(self) -> float:
        return float(self._spans.count + 1)

    def _fit_iteration(self) -> None:
        first, after = self._spans.iteration_at(self._place.index if self._place else -1)
        self.first, self.span = float(first), float(after - first + 1)
        self._set_bar()

    def _look(self, first: float, span: float) -> None:
        self.fitted = False
        self.span = min(span, self._total)
        self.first = min(max(first, 0.0), self._total - self.span)
        self._set_bar()
        self.update()

    def _keep_in_sight(self, number: int) -> None:
        first, span = self.first, min(self.span, self._total)
        if not first <= number < first + span:
            first = number - span / 2
        self._look(first, span)

    def _set_bar(self) -> None:
        left = self._total - self.span
        shown = left > 0
        self.bar.blockSignals(True)  # the bar shows; only a hand on it decides
        self.bar.setRange(0, round(left * FINE))
        self.bar.setPageStep(max(1, round(self.span * FINE)))
        self.bar.setSingleStep(FINE)
        self.bar.setValue(round(self.first * FINE))
        self.bar.blockSignals(False)
        if shown == self.bar.isHidden():
            self.bar.setVisible(shown)
            self.updateGeometry()

    def _on_bar(self, value: int) -> None:
        self._look(value / FINE, self.span)

    def _number_at(self, x: float) -> int:
        number = int(self.first + (x - BAND.left()) / self._slot)
        low, high = int(self.first), int(self.first + self.span - 1e-6)
        return min(max(number, low, 0), high, self._spans.count)

    def _scrub(self, x: float) -> None:
        if self._place is not None:
            self._go(self._number_at(x))

    def _go(self, number: int) -> None:
        if self._spans.count:
            if not self.fitted:
                self._keep_in_sight(number)
            self._runner.do(commands.goto_event, number - 1, latest=True)
