"""Keeping Python's own pauses short while a window is shown."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from gradviz.garbage import set_aside
from gradviz.qt.runner import Runner
from gradviz.workspace import Change, Workspace

TURN = 0.0005
"""Seconds after which a thread lets another one run. Painting lets go of Python hundreds of times,
and each time would wait 5 ms, Python's own choice, for a thread that computes.
"""
QUIET = 2000
"""Milliseconds in which nothing went on before all garbage is looked for."""
SELDOM = 1000
"""How many small searches for garbage Python makes before it looks at everything; it makes 10."""


class Pauses(QObject):
    """A search for garbage stops every thread, for a second where a model has 10,000 modules. So a
    model and its trace are not searched once they are there; what is made later is searched while
    nothing goes on.
    """

    def __init__(self, workspace: Workspace, runner: Runner, idle: Callable[[], bool]) -> None:
        super().__init__(runner)
        self._before = gc.get_threshold(), sys.getswitchinterval()
        gc.set_threshold(*self._before[0][:2], SELDOM)
        sys.setswitchinterval(TURN)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self._search)
        self._idle = idle
        runner.command_started.connect(self._quiet.stop)
        runner.settled.connect(self._quiet.start)
        self._unsubscribe = workspace.subscribe(_on_change)
        self._look_again = set_aside(self)
        gc.freeze()

    def _search(self) -> None:
        if self._idle():
            search()
        else:
            self._quiet.start()

    def end(self) -> None:
        """Leave everything to Python again."""
        self._unsubscribe()
        self._look_again()
        self._quiet.stop()
        threshold, turn = self._before
        gc.set_threshold(*threshold)
        sys.setswitchinterval(turn)
        gc.unfreeze()


def search() -> None:
    """Look for garbage among what was made since the last time."""
    gc.collect()
    gc.freeze()


def _on_change(change: Change) -> None:
    """The last project's model and trace are gone, or another one's are there."""
    if change == "project":
        gc.unfreeze()
    elif change == "session":
        gc.freeze()
