"""The panes below the graph, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradviz.qt.mainwindow import MainWindow

TABS = {"timeline": 0, "parameters": 1, "breakpoints": 3}
"""Those that are a tab of their own; all others are parts of the batch's."""


def show_pane(window: MainWindow, name: str) -> None:
    """Show one of them."""
    if name in TABS:
        window.tabs.setCurrentIndex(TABS[name])
        return
    window.batch.show_part(name)
    window.tabs.setCurrentWidget(window.batch)
