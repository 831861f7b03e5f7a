"""The menus, whose texts can change."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMenu

from gradviz.qt.mainwindow import MainWindow


def test_a_change_of_language_leaves_no_menus_behind(window: MainWindow) -> None:
    def count() -> int:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(window.findChildren(QMenu))

    before = count()
    for _turn in range(3):
        for language in ("ko", "en"):
            window.set_language(language)
    assert count() == before
