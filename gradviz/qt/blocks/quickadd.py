"""A box at the mouse: type a few letters of a block's name, Enter puts it there."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.entries import grouped, matching
from gradviz.qt.blocks.signicon import sign_icon
from gradviz.qt.look import SPACE
from gradviz.render.blocks.kindcards import Kinds
from gradviz.render.theme import Theme

SIZE = QSize(280, 300)


class QuickAdd(QFrame):
    """``taken`` is the kind that was chosen; ``closed`` follows in any case."""

    taken = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("popup")
        self._theme, self._around = theme, parent
        self._kinds: Kinds = {}
        self._within = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        self.field = _Field(self)
        self.field.textChanged.connect(self._fill)
        column.addWidget(self.field)
        self.list = QListWidget()
        self.list.setIconSize(QSize(20, 20))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        column.addWidget(self.list, 1)
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.field.setPlaceholderText(_("Name of a block"))
        self.field.setAccessibleName(_("Name of a block"))
        self.list.setAccessibleName(_("kinds of blocks"))

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme

    def open(self, at: QPoint, kinds: Kinds, *, within: str = "") -> None:
        """Show the box with its corner there, as far as there is room."""
        self._kinds, self._within = kinds, within
        self.resize(SIZE)
        room = self._around.rect()
        x = max(SPACE, min(at.x(), room.width() - self.width() - SPACE))
        y = max(SPACE, min(at.y(), room.height() - self.height() - SPACE))
        self.move(x, y)
        self.field.clear()
        self._fill()
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_(self) -> None:
        """Put the box away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def names(self) -> list[str]:
        """The kinds that are offered."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def step(self, by: int) -> None:
        """Go up or down in the list."""
        row = min(max(self.list.currentRow() + by, 0), self.list.count() - 1)
        self.list.setCurrentRow(row)

    def take(self) -> None:
        """Take what is marked in the list."""
        item = self.list.currentItem()
        if item is not None:
            self._take(item)

    def _take(self, item: QListWidgetItem) -> None:
        self.hide()
        self.taken.emit(item.text())
        self.closed.emit()

    def _fill(self) -> None:
        self.list.clear()
        order = [
            kind for _group, kinds in grouped(self._kinds, within=self._within) for kind in kinds
        ]
        for kind in matching(self.field.text(), order):
            item = QListWidgetItem(sign_icon(kind.group, self._theme), kind.name)
            item.setToolTip(_(kind.summary))
            self.list.addItem(item)
        self.list.setCurrentRow(0)


class _Field(QLineEdit):
    """Up, down, Enter and Esc are for the box around it."""

    def __init__(self, box: QuickAdd) -> None:
        super().__init__(box)
        self._box = box

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self._box.step(-1)
            case Qt.Key.Key_Down:
                self._box.step(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self._box.take()
            case Qt.Key.Key_Escape:
                self._box.close_()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._box.close_()
