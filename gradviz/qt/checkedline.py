"""A line to write in, with a hint below it that says what is understood, or what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from gradviz.errors import GradvizError
from gradviz.qt.look import SPACE
from gradviz.render import fonts
from gradviz.spec.signature import GapError


class CheckedLine(QWidget):
    """``check`` gives the hint for a text, or raises `GradvizError`. What is still empty is not
    called wrong, and no gap in it, though it is not `right`.
    """

    changed = Signal()

    def __init__(self, check: Callable[[str], str], *, name: str, placeholder: str = "") -> None:
        super().__init__()
        self._check = check
        self.right = False
        self.edit = QLineEdit()
        self.edit.setFont(fonts.font("mono", 13))
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(name)
        self.edit.textChanged.connect(self._on_text)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.edit)
        column.addWidget(self.hint)
        self.setFocusProxy(self.edit)
        self.look()

    @property
    def text(self) -> str:
        """What is written, without blanks around it."""
        return self.edit.text().strip()

    def look(self) -> None:
        """Check what is written anew."""
        try:
            told, self.right, bad = self._check(self.text), True, False
        except GapError as gap:
            told, self.right, bad = str(gap), False, False
        except GradvizError as error:
            told, self.right, bad = str(error), False, bool(self.text)
        self.hint.setObjectName("bad" if bad else "hint")
        self.hint.setText(told)
        self.hint.setVisible(bool(told))
        self.edit.setProperty("bad", bad)
        for widget in (self.hint, self.edit):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.edit.setAccessibleDescription(told)

    def _on_text(self) -> None:
        self.look()
        self.changed.emit()
