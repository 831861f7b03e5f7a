"""Layouts of graphs, worked out in a thread of their own: an engine may take its time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal

from gradviz.render.graphviz.engines import GivenUpError, unless

Report: TypeAlias = Callable[[int], None]
Work: TypeAlias = Callable[[Report], object]
"""What is to be worked out; it may report how many boxes it lays out."""


class Layouts(QObject):
    """Answers the last `ask` with `ready`; what was asked before that is given up."""

    ready = Signal(object)
    failed = Signal(object)
    began = Signal(int)
    ended = Signal()
    _done = Signal(int, object, object)
    _reported = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        self._waiting = False
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self._reported.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    @property
    def idle(self) -> bool:
        """Whether no layout is being waited for."""
        return not self._waiting

    def ask(self, work: Work) -> None:
        """Start to work something out."""
        self._asked += 1
        self._waiting = True
        number = self._asked
        threading.Thread(
            target=self._work, args=(number, work), name="gradviz layout", daemon=True
        ).start()

    def forget(self) -> None:
        """Take no answer any more."""
        self._asked += 1
        if self._waiting:
            self._waiting = False
            self.ended.emit()

    def wait(self, *, timeout: int = 60_000) -> bool:
        """Let the event loop run until the layout is there; False if it took too long (ms)."""
        if self._waiting:
            loop = QEventLoop()
            self.ended.connect(loop.quit)
            QTimer.singleShot(timeout, loop, loop.quit)
            loop.exec()
        return self.idle

    def _work(self, number: int, work: Work) -> None:
        result: object = None
        error: Exception | None = None
        try:
            with unless(lambda: number != self._asked):
                result = work(lambda count: self._reported.emit(number, count))
        except GivenUpError:
            return
        except Exception as raised:  # noqa: BLE001 - shown in the GUI thread, see _finish
            error = raised
        try:
            self._done.emit(number, result, error)
        except RuntimeError:  # the window is gone
            return

    def _begin(self, number: int, count: int) -> None:
        if number == self._asked and self._waiting:
            self.began.emit(count)

    def _finish(self, number: int, result: object, error: Exception | None) -> None:
        if number != self._asked:
            return
        self._waiting = False
        if error is not None:
            self.failed.emit(error)
        else:
            self.ready.emit(result)
        self.ended.emit()
