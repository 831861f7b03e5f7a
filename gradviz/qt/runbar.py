"""The run bar: the buttons that move the cursor."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gradviz.qt.actions import DEEDS, Actions
from gradviz.qt.icons import SIDE


class RunBar(QWidget):
    """A button for each of the `Actions` that belong here."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        for name in (deed.name for deed in DEEDS if deed.bar):
            action = actions.of[name]
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(SIDE, SIDE))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
            self.buttons[name] = button
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for button in self.buttons.values():
            action = button.defaultAction()
            button.setAccessibleName(action.text())
            button.setAccessibleDescription(action.toolTip())
