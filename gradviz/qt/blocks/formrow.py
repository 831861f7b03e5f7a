"""A row of the form: a label, something to edit, and below it what it takes or why not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from gradviz.qt.blocks.valueedit import ValueEdit
from gradviz.qt.choice import Choice

NOTHING = "–"
"""What stands for an empty choice."""


class FormRow(QObject):
    """``entered`` tells what was typed or chosen; what is shown is told by `show_text`."""

    entered = Signal(str)

    def __init__(self, grid: QGridLayout, label: str, editor: QWidget, hint: str = "") -> None:
        super().__init__(editor)
        self.editor = editor
        row = grid.rowCount()
        self.label = QLabel(label)
        self.label.setObjectName("muted")
        self.label.setBuddy(editor)
        self.label.setToolTip(hint)
        editor.setToolTip(hint)
        editor.setAccessibleName(label)
        self.below = QLabel()
        self.below.setWordWrap(True)
        self.below.hide()
        self._hint, self._refused, self._barred = hint, "", ""
        grid.addWidget(self.label, row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(editor, row, 1)
        grid.addWidget(self.below, row + 1, 1)
        editor.installEventFilter(self)

    def show_text(self, text: str, *, given: bool = True) -> None:
        """Show the value; one that is the default is pale."""
        editor = self.editor
        editor.setProperty("pale", not given)
        match editor:
            case ValueEdit():
                editor.show_text(text)
            case QComboBox():
                editor.blockSignals(True)
                editor.setCurrentText(text or NOTHING)
                editor.blockSignals(False)
            case QCheckBox():
                editor.blockSignals(True)
                editor.setChecked(text == "True")
                editor.blockSignals(False)
        editor.style().unpolish(editor)
        editor.style().polish(editor)
        if not (isinstance(editor, ValueEdit) and editor.property("bad")):
            self.refuse("")

    def refuse(self, why: str) -> None:
        """Say why what was entered cannot be; empty if it can."""
        self._refused = why
        if why and isinstance(self.editor, ValueEdit):
            self.editor.refuse()
        self._say()

    def bar(self, why: str) -> None:
        """Say why nothing can be entered now, and let nothing be; with no reason anything can.

        The reason can be walked to by the keys where the editor cannot.
        """
        if not why and not self._barred:
            return
        self._barred = why
        self.editor.setEnabled(not why)
        self.label.setEnabled(not why)
        self.editor.setToolTip(why or self._hint)
        self.editor.setAccessibleDescription(why)
        self.label.setToolTip(why or self._hint)
        flags = Qt.TextInteractionFlag
        keys = flags.TextSelectableByKeyboard | flags.TextSelectableByMouse
        self.below.setTextInteractionFlags(keys if why else flags.NoTextInteraction)
        self.below.setFocusPolicy(Qt.FocusPolicy.StrongFocus if why else Qt.FocusPolicy.NoFocus)
        self.below.setAccessibleName(f"{self.label.text()}: {why}" if why else "")
        self._say()

    @property
    def refused(self) -> str:
        """Why what was entered cannot be."""
        return self._refused

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._say(focused=event.type() == QEvent.Type.FocusIn)
        # A form that is scrolled must not change what the mouse happens to be over.
        return isinstance(event, QWheelEvent) and isinstance(watched, QComboBox)

    def _say(self, *, focused: bool | None = None) -> None:
        focused = self.editor.hasFocus() if focused is None else focused
        text = self._refused or self._barred or (self._hint if focused else "")
        self.below.setObjectName("bad" if self._refused else "hint")
        self.below.setText(text)
        self.below.setVisible(bool(text))
        self.below.style().unpolish(self.below)
        self.below.style().polish(self.below)


def text_row(grid: QGridLayout, label: str, hint: str = "") -> FormRow:
    """A row with a line to type in."""
    editor = ValueEdit()
    row = FormRow(grid, label, editor, hint)
    editor.entered.connect(row.entered)
    return row


def choice_row(
    grid: QGridLayout,
    label: str,
    choices: Sequence[str],
    hint: str = "",
    *,
    groups: Sequence[str] = (),
) -> FormRow:
    """A row with a choice; lines part what belongs to different ``groups``, if these are told."""
    editor = Choice()
    editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    editor.addItems([each or NOTHING for each in choices])
    for place in reversed(range(1, len(groups))):
        if groups[place] != groups[place - 1]:
            editor.insertSeparator(place)
    row = FormRow(grid, label, editor, hint)
    editor.currentTextChanged.connect(
        lambda text: row.entered.emit("" if text == NOTHING else text)
    )
    return row


def switch_row(grid: QGridLayout, label: str, hint: str = "") -> FormRow:
    """A row with yes or no."""
    editor = QCheckBox()
    row = FormRow(grid, label, editor, hint)
    editor.toggled.connect(lambda on: row.entered.emit(str(on)))
    return row
