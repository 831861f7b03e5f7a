"""The code that runs: the training loop, or the user's own file, the line under the cursor lit."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.codelisting import CodeListing, listing_of, loop_of
from gradviz.qt.highlight import coloured
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.qt.runner import Runner
from gradviz.qt.sources import files_of
from gradviz.qt.stopmenu import StopMenu
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.spec.breakpoints import Breakpoint
from gradviz.trace.events import Phase
from gradviz.workspace import Workspace

LINE = 26
GUTTER = 60
DOTS = 24
"""Pixels of the margin, and of its part at the left that has the breakpoints."""


class CodeView(QAbstractScrollArea):
    """A bar and an arrow mark the current line. A click in the margin, or F9 on the chosen line,
    stops there; ↑ and ↓ choose a line.
    """

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._runner, self._theme = workspace, runner, theme
        self._stops = StopMenu(workspace, runner, self)
        self.file = ""
        """The user's file that is shown; empty for the training loop."""
        self.listing: CodeListing = loop_of(workspace)
        self._marks: dict[int, Breakpoint] = {}
        self.chosen = 0
        self._ready = False
        self.switch = _Switch(self)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.viewport().setMouseTracking(True)
        self.retranslate()

    @property
    def phase(self) -> Phase | None:
        """The phase whose line of the training loop is lit."""
        here = self.listing.current
        return None if here is None or not self.listing.phases else self.listing.phases[here]

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("training loop"))
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.viewport().update()

    def refresh(self) -> None:
        """Mark the line of the event under the cursor, and the breakpoints."""
        files = files_of(self._workspace)
        if self.file and self.file not in files and self._workspace.session is None:
            self.file = ""
        self.switch.offer(files, self.file)
        before = self.listing
        self._ready = self._workspace.session is not None
        if self.file:
            self.listing = listing_of(self._workspace, self.file, before)
        else:
            self.listing = loop_of(self._workspace)
            if self.listing.lines != before.lines or not self.minimumWidth():
                self.setMinimumWidth(self._wide())
        self._marks = {}
        for each in self._workspace.breakpoints:
            line = self.listing.line_of(each)
            if line is not None:
                self._marks.setdefault(line, each)
        lines, here = self.listing.lines, self.listing.current
        if before.lines != lines:
            self._resized()
            self.chosen = 0
        self.chosen = min(self.chosen, max(len(lines) - 1, 0))
        if here is not None and here != before.current:
            self.chosen = here
            self._reveal(here)
        told = "\n".join(lines) if here is None and not self.file else ""
        self.setAccessibleDescription(lines[here].strip() if here is not None else told)
        self.viewport().update()

    def show_file(self, file: str) -> None:
        """Show one of the user's files, or with an empty name the training loop."""
        self.file = file
        self.refresh()
        if self.listing.current is not None:
            self._reveal(self.listing.current)

    def toggle(self, line: int) -> None:
        """Stop at a line, or no more."""
        if 0 <= line < len(self.listing.lines):
            self._runner.do(commands.toggle_breakpoint, self._breakpoint(line))

    def sizeHint(self) -> QSize:
        return QSize(320, LINE * 6 + SPACE)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, LINE * 6 + SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.key() == Qt.Key.Key_F9 and plain:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.listing.lines) - 1
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in moves:
            self.chosen = min(max(self.chosen + moves[key], 0), max(last, 0))
            self._reveal(self.chosen)
            self.viewport().update()
        elif key == Qt.Key.Key_F9:
            self.toggle(self.chosen)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or line is None:
            return
        self.chosen = line
        if event.position().x() < GUTTER:
            self.toggle(line)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        margin = event.position().x() < GUTTER and self._line_at(event.position().y()) is not None
        hand = Qt.CursorShape.PointingHandCursor if margin else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(hand)
        told = _("Click to stop here, or no more") if margin else ""
        self.viewport().setToolTip(told)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        line = self._line_at(event.pos().y()) if mouse else self.chosen
        if line is not None and line < len(self.listing.lines):
            self._stops.open(event.globalPos(), self._breakpoint(line))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        first = max(0, int((top - SPACE / 2) // LINE))
        after = int((top + self.viewport().height()) // LINE) + 1
        for number, text in enumerate(self.listing.lines[first:after], start=first):
            self._paint_line(painter, number, text, number * LINE + SPACE / 2 - top)

    def _paint_line(self, painter: QPainter, number: int, text: str, y: float) -> None:
        theme, current = self._theme, number == self.listing.current
        if current:
            self._paint_current(painter, y)
        elif number == self.chosen and self.hasFocus():
            ground = mixed(theme.panel, theme.accent, 0.12)
            painter.fillRect(QRectF(0, y, self.viewport().width(), LINE), ground)
        painter.save()
        painter.setClipRect(QRectF(GUTTER, y, self.viewport().width() - GUTTER, LINE))
        self._paint_code(painter, y, text)
        painter.restore()
        mark = self._marks.get(number)
        if mark is not None:
            painter.setPen(QPen(QColor(theme.error), 1.6))
            painter.setBrush(QColor(theme.error if mark.enabled else theme.panel))
            painter.drawEllipse(QPointF(13, y + LINE / 2), 5.5, 5.5)
            if mark.when or mark.hits > 1:
                painter.setPen(QColor(theme.panel if mark.enabled else theme.error))
                painter.setFont(fonts.font("sans", 10, bold=True))
                box = QRectF(7.5, y + LINE / 2 - 6, 11, 11)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")
        painter.setFont(fonts.font("mono", TEXT))
        painter.setPen(QColor(theme.text if current else theme.muted))
        box = QRectF(0, y, GUTTER - 2 * SPACE, LINE)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, side, str(number + 1))
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.cursor))
            x, middle = GUTTER - 13.0, y + LINE / 2
            corners = [(x, middle - 5), (x, middle + 5), (x + 8, middle)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _paint_current(self, painter: QPainter, y: float) -> None:
        event = self._workspace.event
        colour = self._theme.phases[event.phase] if event else self._theme.accent
        ground = mixed(self._theme.panel, colour, 0.25)
        painter.fillRect(QRectF(0, y, self.viewport().width(), LINE), ground)
        painter.fillRect(QRectF(0, y, 4, LINE), QColor(colour))

    def _paint_code(self, painter: QPainter, y: float, line: str) -> None:
        x = float(GUTTER) - self.horizontalScrollBar().value()
        base = y + LINE / 2 + TEXT * 0.36
        painter.setFont(fonts.font("mono", TEXT))
        plain = [(line, self._theme.text)]
        for piece, ink in coloured(line, self._theme) if self._ready else plain:
            painter.setPen(QColor(ink))
            painter.drawText(QPointF(x, base), piece)
            x += fonts.width(piece, family="mono", size=TEXT)

    def _breakpoint(self, line: int) -> Breakpoint:
        """The breakpoint that is there, or the one that would be."""
        return self._marks.get(line) or self.listing.breakpoint(line)

    def _line_at(self, y: float) -> int | None:
        line = int((y + self.verticalScrollBar().value() - SPACE / 2) // LINE)
        return line if 0 <= line < len(self.listing.lines) else None

    def _reveal(self, line: int) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top = line * LINE
        if not bar.value() <= top <= bar.value() + height - LINE - SPACE:
            bar.setValue(round(top - height / 2))

    def _wide(self) -> int:
        """Pixels that the longest line takes."""
        longest = max(self.listing.lines, key=len, default="")
        return round(fonts.width(longest, family="mono", size=TEXT)) + GUTTER + SPACE

    def _resized(self) -> None:
        lines = self.listing.lines
        whole = LINE * len(lines) + SPACE
        height, width = self.viewport().height(), self.viewport().width()
        self.verticalScrollBar().setRange(0, max(0, whole - height))
        self.verticalScrollBar().setPageStep(height)
        self.verticalScrollBar().setSingleStep(LINE)
        self.horizontalScrollBar().setRange(0, max(0, self._wide() - width))
        self.horizontalScrollBar().setPageStep(width)


class _Switch(QWidget):
    """A button for the training loop and one for each of the user's files; none without those."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        self._texts: tuple[str, ...] = ()
        self.hide()

    def offer(self, files: tuple[str, ...], shown: str) -> None:
        """Have a button for each, the one that is shown pressed."""
        if shown and shown not in files:
            files = (*files, shown)
        texts = (_("Training loop"), *files)
        if texts != self._texts:
            self._texts = texts
            for button in self.buttons.values():
                self._group.removeButton(button)
                self._row.removeWidget(button)
                button.deleteLater()
            self.buttons = {file: self._button(file) for file in ("", *files)}
        self.setVisible(bool(files))
        self.buttons[shown].setChecked(True)

    def _button(self, file: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("choice")
        button.setCheckable(True)
        button.setText(PurePath(file).name if file else _("Training loop"))
        button.setToolTip(file or _("The loop that this session runs"))
        button.clicked.connect(lambda _checked=False: self._view.show_file(file))
        self._group.addButton(button)
        self._row.addWidget(button)
        return button
