"""From pane to pane by the keyboard, and the one with the focus as a picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.grabbed import grabbed
from gradviz.qt.panel import Panel

SCALE = 2.0
"""Pixels of a copied picture for each pixel of the screen: slides are larger than windows."""


class PaneWalk(QObject):
    """The panes that a window shows, in the order in which one reads them. ``tell`` says what was
    copied.
    """

    def __init__(self, window: QWidget, tell: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._tell = window, tell

    @property
    def panes(self) -> list[Panel]:
        """Those that are seen: from left to right, and there from top to bottom."""

        def corner(pane: Panel) -> tuple[int, int]:
            point = pane.mapTo(self._window, QPoint(0, 0))
            return point.x(), point.y()

        seen = [pane for pane in self._window.findChildren(Panel) if pane.isVisible()]
        return sorted(seen, key=corner)

    @property
    def current(self) -> Panel | None:
        """The one that has the focus."""
        widget: QWidget | None = self._window.focusWidget()
        while widget is not None and not isinstance(widget, Panel):
            widget = widget.parentWidget()
        return widget

    def go(self, step: int) -> None:
        """Give the focus to the next pane, or with -1 to the one before."""
        panes, current = self.panes, self.current
        if not panes:
            return
        place = panes.index(current) + step if current in panes else min(step, 0)
        target = _first(panes[place % len(panes)])
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy(self) -> None:
        """Put a picture of the pane with the focus, else of the whole window, on the clipboard."""
        pane = self.current
        picture = grabbed(pane or self._window, SCALE)
        QApplication.clipboard().setImage(picture)
        size = {"width": picture.width(), "height": picture.height()}
        if pane is None:
            text = _("The window is on the clipboard as a picture of {width} × {height} pixels.")
        else:
            text = _("“{pane}” is on the clipboard as a picture of {width} × {height} pixels.")
            size["pane"] = pane.title  # type: ignore[assignment]
        self._tell(text.format(**size))


def _first(pane: Panel) -> QWidget | None:
    """What takes the keyboard in a pane: the view itself, or the first of its parts that can."""
    parts = [pane.view, *pane.view.findChildren(QWidget)]
    can = [
        each
        for each in parts
        if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    return can[0] if can else None
