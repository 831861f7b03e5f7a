"""The switch between the views: the blocks, the graph of backward, that of forward, or both."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton

from gradviz.i18n import N_
from gradviz.i18n import gettext as _

NAMES = {
    "blocks": N_("Blocks"),
    "autograd": N_("Autograd"),
    "modules": N_("Modules"),
    "both": N_("Both"),
}


class ViewSwitch(QFrame):
    """A button for each view, the one that is shown pressed; the menu's ``actions`` have the help
    and the keys.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("switch")
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name in NAMES:
            button = QToolButton()
            button.setObjectName("choice")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, name=name: self.chosen.emit(name))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons[name] = button

    def retranslate(self, actions: Mapping[str, QAction]) -> None:
        """Write the texts in the language in use, with the keys of the menu's entries."""
        for name, button in self.buttons.items():
            button.setText(_(NAMES[name]))
            text = actions[name].text().replace("&", "")
            key = actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{text} ({key})")
            button.setAccessibleName(text)

    def mark(self, view: str) -> None:
        """Show which view there is."""
        self.buttons[view].setChecked(True)
