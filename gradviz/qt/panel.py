"""A panel: a quiet frame with a heading around one view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gradviz.qt.look import SPACE

HEADING = 28
"""Pixels that the row of a heading is high at least."""


class Panel(QFrame):
    """The heading is a function, so that it can change its language; a ``corner`` stands at its
    right.
    """

    def __init__(
        self,
        view: QWidget,
        heading: Callable[[], str] | None = None,
        *,
        corner: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.view = view
        self._heading = heading
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._label = QLabel()
        self._label.setObjectName("heading")
        self._label.setBuddy(view)
        self._note = QLabel()
        self._note.setObjectName("muted")
        if heading is not None:
            row = QHBoxLayout()
            row.setContentsMargins(SPACE + SPACE // 2, SPACE // 2 + 2, SPACE, SPACE // 2)
            row.addWidget(self._label)
            row.addStrut(HEADING)
            row.addSpacing(SPACE)
            row.addWidget(self._note, 1)
            if corner is not None:
                row.addWidget(corner)
            column.addLayout(row)
        column.addWidget(view, 1)
        self.retranslate()

    def set_note(self, note: str) -> None:
        """Say something quietly beside the heading."""
        self._note.setText(note)

    def retranslate(self) -> None:
        """Write the heading in the language in use."""
        if self._heading is not None:
            self._label.setText(self._heading())
