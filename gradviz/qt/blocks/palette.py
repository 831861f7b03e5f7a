"""The palette: all kinds of blocks by their groups, with a search; drag one onto the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QFont, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.entries import group_name, grouped, matching
from gradviz.qt.blocks.signicon import sign_icon
from gradviz.qt.look import SPACE, TEXT
from gradviz.render.blocks.blockcard import block_card
from gradviz.render.blocks.drawblock import Condition, draw_block
from gradviz.render.blocks.kindcards import KindCard, Kinds
from gradviz.render.theme import Theme
from gradviz.render.write.painter import paint
from gradviz.spec.model import Block

MIME = "application/x-gradviz-kind"
KIND = Qt.ItemDataRole.UserRole


class Palette(QWidget):
    """``chosen`` is a kind that the user wants without having said where."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self._desk, self._theme = desk, theme
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, SPACE // 2, SPACE // 2)
        column.setSpacing(SPACE // 2)
        self.search = _Search()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take_first)
        column.addWidget(self.search)
        self.list = _Kinds(theme)
        self.list.itemActivated.connect(self._on_activated)
        self.list.currentItemChanged.connect(self._tell)
        self.list.itemEntered.connect(self._tell)
        column.addWidget(self.list, 1)
        self.about = QLabel()
        self.about.setObjectName("muted")
        self.about.setWordWrap(True)
        self.about.setMinimumHeight(3 * (TEXT + 5))
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.about)
        self.search.list = self.list
        self._shown: object = None
        desk.drawn.connect(self._renew)
        desk.known.connect(self._renew)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.search.setPlaceholderText(_("Search blocks"))
        self.search.setAccessibleName(_("Search blocks"))
        self.list.setAccessibleName(_("kinds of blocks"))
        self._fill()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = self.list.theme = theme
        self._fill()

    def entries(self) -> list[str]:
        """The kinds that are offered now."""
        return [item.data(0, KIND) for item in self.list.every() if item.data(0, KIND)]

    def _renew(self) -> None:
        """Show another set of kinds."""
        shown = tuple(self._desk.offered), self._desk.within
        if shown != self._shown:
            self._shown = shown
            self._fill()

    def _fill(self) -> None:
        """The only place that makes entries."""
        kinds, text = self._desk.offered, self.search.text().strip()
        opened = {item.text(0): item.isExpanded() for item in self.list.tops()}
        self.list.kinds = kinds
        self.list.clear()
        groups = grouped(kinds, within=self._desk.within)
        if text:
            order = [kind for _group, entries in groups for kind in entries]
            for kind in matching(text, order):
                self.list.addTopLevelItem(self._entry(kind))
            for item in self.list.tops()[:1]:
                self.list.setCurrentItem(item)
        for group, entries in () if text else groups:
            top = QTreeWidgetItem([group_name(group)])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            bold = QFont(self.list.font())
            bold.setBold(True)
            top.setFont(0, bold)
            top.setForeground(0, QColor(self._theme.muted))
            self.list.addTopLevelItem(top)
            top.addChildren([self._entry(kind) for kind in entries])
            top.setExpanded(opened.get(top.text(0), True))
        self._tell(self.list.currentItem())

    def _entry(self, kind: KindCard) -> QTreeWidgetItem:
        item = QTreeWidgetItem([kind.name])
        item.setIcon(0, sign_icon(kind.group, self._theme))
        item.setData(0, KIND, kind.name)
        item.setToolTip(0, _(kind.summary))
        return item

    def _tell(self, item: QTreeWidgetItem | None, *_rest: object) -> None:
        kind = None if item is None else self.list.kinds.get(item.data(0, KIND) or "")
        told = _("Drag a block onto the canvas, or press Enter.")
        self.about.setText(told if kind is None else _(kind.summary) or kind.name)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        if item.data(0, KIND):
            self.chosen.emit(item.data(0, KIND))

    def _take_first(self) -> None:
        item = self.list.currentItem()
        if item is not None and item.data(0, KIND):
            self.chosen.emit(item.data(0, KIND))


class _Search(QLineEdit):
    """Up and down go through the list below it; Esc empties it, and then leaves it."""

    list: QTreeWidget | None = None
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down if self.list is not None:
                self.list.keyPressEvent(event)
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


class _Kinds(QTreeWidget):
    """The entries; what is dragged is the kind's name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.kinds: Kinds = {}
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(4)
        self.setIconSize(QSize(20, 20))
        self.setMouseTracking(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.itemClicked.connect(self._fold)

    def tops(self) -> list[QTreeWidgetItem]:
        """The entries that are in no other one."""
        found = (self.topLevelItem(place) for place in range(self.topLevelItemCount()))
        return [item for item in found if item is not None]

    def every(self) -> list[QTreeWidgetItem]:
        """All entries."""
        found = []
        for top in self.tops():
            inside = (top.child(place) for place in range(top.childCount()))
            found += [top, *(item for item in inside if item is not None)]
        return found

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items:
            if item.data(0, KIND):
                data.setData(MIME, QByteArray(item.data(0, KIND).encode()))
        return data

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        kind = None if item is None else self.kinds.get(item.data(0, KIND) or "")
        if item is None or kind is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        picture = _picture(kind, self.theme, self.devicePixelRatioF())
        drag.setPixmap(picture)
        size = picture.deviceIndependentSize()
        drag.setHotSpot(QPoint(round(size.width() / 2), round(size.height() / 2)))
        drag.exec(Qt.DropAction.CopyAction)

    def _fold(self, item: QTreeWidgetItem) -> None:
        if not item.data(0, KIND):
            item.setExpanded(not item.isExpanded())


def _picture(kind: KindCard, theme: Theme, ratio: float) -> QPixmap:
    """The block as it is going to be, to be carried by the mouse."""
    card = block_card(Block(kind.name.lower(), kind.name), kind)
    pixmap = QPixmap(round((card.width + 4) * ratio), round((card.height + 14) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.translate(2, 7)
    painter.setOpacity(0.85)
    paint(painter, draw_block(card, Condition(), theme))
    painter.end()
    return pixmap
