"""What every context menu says of stopping at what it is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.runner import Runner
from gradviz.qt.stopdialog import StopDialog
from gradviz.spec.breakpoints import Breakpoint, same_place
from gradviz.workspace import Workspace


class StopMenu:
    """Adds ``Stop here`` and ``Stop when…``, or what can be done with one that is there."""

    def __init__(self, workspace: Workspace, runner: Runner, view: QWidget) -> None:
        self._workspace, self._runner, self._view = workspace, runner, view

    def fill(self, menu: QMenu, breakpoint: Breakpoint) -> None:
        """Add the entries about a place."""
        do = self._runner.do
        known = next(
            (each for each in self._workspace.breakpoints if same_place(each, breakpoint)), None
        )
        if known is None:
            add = partial(do, commands.add_breakpoint, breakpoint)
            _entry(menu, _("Stop here"), add).setToolTip(str(breakpoint))
        else:
            _entry(menu, _("Do not stop here"), partial(do, commands.remove_breakpoint, known))
            text = _("Disable the breakpoint") if known.enabled else _("Enable the breakpoint")
            switch = partial(do, commands.enable_breakpoint, known, not known.enabled)
            _entry(menu, text, switch)
        _entry(menu, _("Stop when…"), lambda: self._ask(breakpoint, known))

    def open(self, place: QPoint, breakpoint: Breakpoint) -> QMenu:
        """Open a menu about a place, at a point of the screen."""
        menu = QMenu(self._view)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        self.fill(menu, breakpoint)
        menu.popup(place)
        return menu

    def _ask(self, breakpoint: Breakpoint, known: Breakpoint | None) -> None:
        StopDialog(self._view.window(), self._runner, known or breakpoint, known).open()


def _entry(menu: QMenu, text: str, deed: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: deed())
    return action
