"""The code that the project is exported as, live; a block and its lines select each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from gradviz.errors import GradvizError
from gradviz.i18n import gettext as _
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.highlight import coloured
from gradviz.qt.look import SPACE, mixed
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme

if TYPE_CHECKING:
    from gradviz.code.listing import Listing
    from gradviz.spec.project import Project

LATER = 150
"""Milliseconds without a change until the code is written: black takes some of the window's time.
"""
SIZE = 13


class CodePane(QWidget):
    """Of a model that does not fit there is no code: the last one stays, pale, and a note.

    The code is written between commands, not beside them: to write edits as hooks builds the model,
    from the seed, and an iteration that runs must not see that.
    """

    def __init__(self, desk: Desk, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._desk, self._runner, self._theme = desk, runner, theme
        self.listing: Listing | None = None
        self._asked: Project | None = None
        self._error: GradvizError | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE + SPACE // 2, 0, SPACE // 2, SPACE // 2)
        column.setSpacing(SPACE // 2)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.hide()
        column.addWidget(self.note)
        self.text = _Text(self)
        column.addWidget(self.text, 1)
        self._colours = _Colours(self.text.document(), theme)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._ask)
        desk.opened.connect(self._forget)
        desk.drawn.connect(self.refresh)
        desk.picked.connect(self._light)
        desk.entered.connect(self._light)
        self.retranslate()

    @property
    def idle(self) -> bool:
        """Whether the code is that of the model."""
        return not self._later.isActive()

    def catch_up(self) -> None:
        """Have the code written at once, if it is to be written."""
        if self._later.isActive():
            self._later.stop()
            self._ask()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.text.setAccessibleName(_("code"))
        self._say()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = self._colours.theme = theme
        self._colours.rehighlight()
        self._light()

    def refresh(self) -> None:
        """Have the code written soon, if it can be seen."""
        project = self._desk.workspace.project
        if project is not self._asked and self.isVisible():
            self._asked = project
            self._later.start()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def line_clicked(self, line: int) -> None:
        """Select the block that a line is of, wherever it is."""
        span = None if self.listing is None else self.listing.at(line)
        if span is not None:
            self._desk.show(span.block, span.within)

    def lit(self) -> tuple[int, ...]:
        """The lines of what is selected."""
        if self.listing is None:
            return ()
        desk = self._desk
        return tuple(
            sorted(
                line for name in desk.chosen for line in self.listing.lines_of(name, desk.within)
            )
        )

    def _forget(self) -> None:
        """The code is of a project that is not here any more."""
        self._asked = None
        self._take(None)

    def _ask(self) -> None:
        project = self._asked
        if project is None:
            self._take(None)
            return

        trusted = self._desk.workspace.trusted

        def write() -> Listing | GradvizError:
            from gradviz.code.program import listing

            try:
                return listing(project, trust=trusted)
            except GradvizError as error:
                return error

        self._runner.ask(self, write, self._take)

    def _take(self, found: Listing | GradvizError | None) -> None:
        self._colours.pale = isinstance(found, GradvizError)
        self._error = found if isinstance(found, GradvizError) else None
        self._say()
        if isinstance(found, GradvizError):
            self._colours.rehighlight()
        else:
            self.listing = found
            text = "" if found is None else found.text
            if text != self.text.toPlainText():
                bar = self.text.verticalScrollBar()
                place = bar.value()
                self.text.setPlainText(text)
                bar.setValue(place)
            else:
                self._colours.rehighlight()
        self._light()

    def _say(self) -> None:
        """Why there is no code; what is wrong with a block is said there."""
        shapes = self._desk.shapes
        told = _("This is the code of the last model that fitted.")
        if self.listing is None:
            told = _("The code is written here as soon as the model fits.")
        if self._error is not None and (shapes is None or not shapes.problems):
            told = str(self._error)
        self.note.setText(told)
        self.note.setVisible(self._error is not None)

    def _light(self) -> None:
        """Mark the lines of what is selected, and bring the first into view."""
        marks = []
        lines = self.lit()
        for line in lines:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(mixed(self._theme.panel, self._theme.accent, 0.2))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
            marks.append(mark)
        self.text.setExtraSelections(marks)
        if lines and not self.text.hasFocus():
            cursor = QTextCursor(self.text.document().findBlockByNumber(lines[0] - 1))
            self.text.setTextCursor(cursor)
            self.text.centerCursor()


class _Text(QPlainTextEdit):
    """Read only; a click says which line."""

    def __init__(self, pane: CodePane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(fonts.font("mono", SIZE))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            cursor = self.cursorForPosition(event.position().toPoint())
            self._pane.line_clicked(cursor.blockNumber() + 1)


class _Colours(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self.theme, self.pale = theme, False

    def highlightBlock(self, text: str) -> None:
        at = 0
        for piece, ink in coloured(text, self.theme):
            form = QTextCharFormat()
            form.setForeground(QColor(self.theme.none if self.pale else ink))
            self.setFormat(at, len(piece), form)
            at += len(piece)
