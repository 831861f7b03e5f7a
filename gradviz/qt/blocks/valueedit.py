"""A line in which a value is typed: told only when it is done, and put back when it was refused."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit


class ValueEdit(QLineEdit):
    """``entered`` tells another text. Up and down count whole numbers; Esc puts back what was."""

    entered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._told: str | None = None
        self.returnPressed.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show the value as it is."""
        if text != self._text or not self.hasFocus():
            self._text, self._told = text, None
            self.setText(text)
            self.setCursorPosition(0)
            self.mark(bad=False)

    def refuse(self) -> None:
        """What was typed cannot be; it stays to be corrected until the focus goes."""
        self.mark(bad=True)

    def mark(self, *, bad: bool) -> None:
        """Be red or not."""
        if self.property("bad") != bad:
            self.setProperty("bad", bad)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._is_whole():
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.setText(str(int(self.text()) + (step if key == Qt.Key.Key_Up else -step)))
            self._tell()
        elif key == Qt.Key.Key_Escape and self.text() != self._text:
            self._restore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.property("bad") and self.text() == self._told:
            self._restore()
        else:
            self._tell()

    def _restore(self) -> None:
        self._told = None
        self.setText(self._text)
        self.mark(bad=False)

    def _tell(self) -> None:
        if self.text() not in (self._text, self._told):
            self._told = self.text()
            self.entered.emit(self.text())

    def _is_whole(self) -> bool:
        return self.text().strip().removeprefix("-").isdecimal()
