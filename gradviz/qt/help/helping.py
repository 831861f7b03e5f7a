"""What the Help menu does: it opens the help where one works, and tells what the program is."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from gradviz.qt.help.about import About
from gradviz.qt.help.helpwindow import HelpWindow
from gradviz.qt.help.topics import KEYS, topic_of
from gradviz.qt.panewalk import PaneWalk
from gradviz.render.theme import Theme


class Helping(QObject):
    """Makes each window when it is first asked for."""

    def __init__(self, window: QMainWindow, walk: PaneWalk, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._walk, self._theme = window, walk, theme
        self.help: HelpWindow | None = None
        self.about: About | None = None

    def open(self) -> None:
        """Open the help about the pane that has the focus."""
        self._open(topic_of(self._walk.current))

    def open_keys(self) -> None:
        """Open the table of keys."""
        self._open(KEYS)

    def open_about(self) -> None:
        """Tell the versions."""
        self.about = About(self._window)
        self.about.open()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        if self.help is not None:
            self.help.recolour(theme)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        if self.help is not None:
            self.help.retranslate()

    def _open(self, topic: str) -> None:
        if self.help is None:
            self.help = HelpWindow(self._window, self._window.menuBar(), self._theme)
        self.help.open_topic(topic)
        self.help.show()
        self.help.raise_()
        self.help.activateWindow()
