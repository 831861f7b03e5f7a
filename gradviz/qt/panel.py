"""A panel: a quiet frame with a heading around one view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from gradviz.qt.look import SPACE

HEADING = 28
"""Pixels that the row of a heading is high at least."""


class Panel(QFrame):
    """The heading is a function, so that it can change its language; a ``corner`` stands at its
    right. A ``lead`` stands in its place.
    """

    def __init__(
        self,
        view: QWidget,
        heading: Callable[[], str] | None = None,
        *,
        corner: QWidget | None = None,
        lead: QWidget | None = None,
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
        self._corner = corner
        self._note = QLabel()
        self._note.setObjectName("muted")
        if heading is not None or lead is not None:
            row = QHBoxLayout()
            row.setContentsMargins(SPACE + SPACE // 2, SPACE // 2 + 2, SPACE, SPACE // 2)
            row.addWidget(lead or self._label)
            row.addStrut(HEADING)
            row.addSpacing(SPACE)
            row.addWidget(self._note, 1)
            if corner is not None:
                row.addWidget(corner)
            column.addLayout(row)
        column.addWidget(view, 1)
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for it beside the corner, the heading is left out."""
        super().resizeEvent(event)
        if self._corner is not None and self._heading is not None:
            room = event.size().width() - self._taken() - 3 * SPACE
            self._label.setVisible(room >= self._label.sizeHint().width())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self._corner is not None:
            hint.setWidth(self._taken() + 3 * SPACE)
        return hint

    def _taken(self) -> int:
        """Pixels that the corner takes."""
        corner = self._corner
        return 0 if corner is None or corner.isHidden() else corner.sizeHint().width()

    @property
    def title(self) -> str:
        """What it is called: its heading, else what its view says of itself."""
        if self._heading is not None:
            return self._heading()
        if isinstance(self.view, QTabWidget):
            return self.view.tabText(self.view.currentIndex())
        return self.view.accessibleName()

    def set_note(self, note: str) -> None:
        """Say something quietly beside the heading."""
        self._note.setText(note)

    def retranslate(self) -> None:
        """Write the heading in the language in use."""
        if self._heading is not None:
            self._label.setText(self._heading())
