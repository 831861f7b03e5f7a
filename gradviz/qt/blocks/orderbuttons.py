"""Buttons beside one of several things in an order: earlier, later, away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.icons import icon
from gradviz.qt.look import SPACE

SMALL = 14
DEEDS = {
    -1: ("up", N_("Apply {name} earlier")),
    1: ("down", N_("Apply {name} later")),
    0: ("close", N_("Take {name} away")),
}


class OrderButtons(QWidget):
    """``moved`` tells by how much, ``removed`` that it is to go."""

    moved = Signal(int)
    removed = Signal()

    def __init__(self, name: str, *, first: bool, last: bool) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 4)
        row.addStretch(1)
        colour = self.palette().text().color().name()
        pale = self.palette().placeholderText().color().name()
        self.buttons: dict[int, QToolButton] = {}
        for by, (picture, text) in DEEDS.items():
            button = QToolButton()
            button.setIcon(icon(picture, colour=colour, disabled=pale))
            button.setIconSize(QSize(SMALL, SMALL))
            button.setToolTip(_(text).format(name=name))
            button.setAccessibleName(_(text).format(name=name))
            button.clicked.connect(lambda _on=False, by=by: self._tell(by))
            row.addWidget(button)
            self.buttons[by] = button
        self.buttons[-1].setEnabled(not first)
        self.buttons[1].setEnabled(not last)

    def _tell(self, by: int) -> None:
        if by:
            self.moved.emit(by)
        else:
            self.removed.emit()
