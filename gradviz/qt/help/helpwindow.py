"""The help: topics at the left, the page at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenuBar,
    QTextBrowser,
    QWidget,
)

from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.qt.help.dressed import dress
from gradviz.qt.help.keytable import keys_page
from gradviz.qt.help.topics import KEYS, TOPICS, page
from gradviz.qt.look import SPACE, TEXT
from gradviz.render import fonts
from gradviz.render.theme import Theme

SIZE = (820, 560)
TOPIC = 190
"""Pixels that the list of topics is wide."""


class HelpWindow(QDialog):
    """Stays open beside the window; ``open_topic`` turns to a page."""

    def __init__(self, parent: QWidget, bar: QMenuBar, theme: Theme) -> None:
        super().__init__(parent)
        self._bar, self._theme = bar, theme
        self.resize(*SIZE)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE)
        self.topics = QListWidget()
        self.topics.setFixedWidth(TOPIC)
        self.topics.currentItemChanged.connect(self._turn)
        row.addWidget(self.topics)
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)  # the pages have none, and nothing is to be fetched
        self.browser.setFont(fonts.font("sans", TEXT))
        self.browser.document().setDocumentMargin(2 * SPACE)
        row.addWidget(self.browser, 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Write everything in the language in use."""
        self.setWindowTitle(_("Help – gradviz"))
        self.topics.setAccessibleName(_("topics"))
        self.browser.setAccessibleName(_("help"))
        topic = self.topic
        self.topics.clear()
        for name, text in {**TOPICS, KEYS: _("Keys")}.items():
            item = QListWidgetItem(_(text) if name != KEYS else text)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.topics.addItem(item)
        self.open_topic(topic)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._turn()

    @property
    def topic(self) -> str:
        """The page that is open."""
        item = self.topics.currentItem()
        return "overview" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn()

    def open_topic(self, topic: str) -> None:
        """Turn to a page."""
        names = [*TOPICS, KEYS]
        self.topics.setCurrentRow(names.index(topic) if topic in names else 0)

    def _turn(self) -> None:
        if self.topics.currentItem() is None or not self.isVisible():
            return
        topic = self.topic
        text = keys_page(self._bar) if topic == KEYS else page(topic, language())
        self.browser.setMarkdown(text)
        dress(self.browser.document(), self._theme)
