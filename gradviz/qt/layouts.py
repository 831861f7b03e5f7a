"""Layouts of graphs, worked out in a thread of their own: an engine may take its time."""

from __future__ import annotations

import threading

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal

from gradviz.render.layout import Layout
from gradviz.render.scene import Scene


class Layouts(QObject):
    """Answers the last `ask` with `ready`; what was asked before that is forgotten."""

    ready = Signal(object)
    failed = Signal(object)
    _done = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        self._waiting = False
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    @property
    def idle(self) -> bool:
        """Whether no layout is being waited for."""
        return not self._waiting

    def ask(self, scene: Scene) -> None:
        """Start a layout of the scene."""
        self._asked += 1
        self._waiting = True
        number = self._asked
        threading.Thread(
            target=self._work, args=(number, scene), name="gradviz layout", daemon=True
        ).start()

    def forget(self) -> None:
        """Take no answer any more."""
        self._asked += 1
        self._waiting = False

    def wait(self, *, timeout: int = 60_000) -> bool:
        """Let the event loop run until the layout is there; False if it took too long (ms)."""
        if self._waiting:
            loop = QEventLoop()
            self.ready.connect(loop.quit)
            self.failed.connect(loop.quit)
            QTimer.singleShot(timeout, loop, loop.quit)
            loop.exec()
        return self.idle

    def _work(self, number: int, scene: Scene) -> None:
        layout: Layout | None = None
        error: Exception | None = None
        from gradviz.render.arrange import arrange

        try:
            layout = arrange(scene)
        except Exception as raised:  # noqa: BLE001 - shown in the GUI thread, see _finish
            error = raised
        try:
            self._done.emit(number, layout, error)
        except RuntimeError:  # the window is gone
            return

    def _finish(self, number: int, layout: Layout | None, error: Exception | None) -> None:
        if number != self._asked:
            return
        self._waiting = False
        if error is not None:
            self.failed.emit(error)
        else:
            self.ready.emit(layout)
