"""Where one is: the model, and the composites that were entered, each to go back to."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.desk import Desk


class Crumbs(QWidget):
    """A button for each level; the last one is where one is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.buttons: list[QToolButton] = []
        desk.drawn.connect(self.retranslate)
        desk.entered.connect(self.retranslate)
        self._said: object = None
        self.retranslate()

    def retranslate(self) -> None:
        """Write the way in the language in use: the only place that makes buttons."""
        names = [_("Model"), *self._desk.trail]
        if (names, self._desk.within) == self._said:
            return
        self._said = names, self._desk.within
        while (item := self._row.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.buttons = []
        for depth, name in enumerate(names):
            last = depth == len(names) - 1
            if depth:
                self._row.addWidget(_muted("▸"))
            button = QToolButton()
            button.setObjectName("crumb" if not last else "here")
            button.setText(f"{name} · {self._desk.within}" if last and depth else name)
            button.setEnabled(not last)
            button.clicked.connect(lambda _checked=False, depth=depth: self._desk.go(depth))
            self._row.addWidget(button)
            self.buttons.append(button)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    return label
