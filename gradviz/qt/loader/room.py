"""More room for a tab that needs it, while it is the one that is seen."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

SHARE = 0.58
"""The part of the height that the tab gets."""


class Room(QObject):
    """The lower part of a splitter is higher while ``wide`` is the tab that is shown in it; a
    height that the user has chosen stays.
    """

    def __init__(self, splitter: QSplitter, tabs: QTabWidget, wide: QWidget) -> None:
        super().__init__(splitter)
        self._splitter, self._tabs, self._wide = splitter, tabs, wide
        self._before: list[int] | None = None
        tabs.currentChanged.connect(self._on_changed)
        splitter.splitterMoved.connect(self._forget)

    def _on_changed(self) -> None:
        sizes = self._splitter.sizes()
        if self._tabs.currentWidget() is self._wide:
            wanted = round(SHARE * sum(sizes))
            if sizes[1] < wanted:
                self._before = sizes
                self._splitter.setSizes([sum(sizes) - wanted, wanted])
        elif self._before is not None:
            self._splitter.setSizes(self._before)
            self._before = None

    def _forget(self) -> None:
        self._before = None
