"""One worker thread in which every command runs, so that the window never waits for torch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal

from gradviz.workspace import Workspace


class _Job(NamedTuple):
    key: object
    work: Callable[[], Any]
    answer: Callable[[Any], None] | None


class Runner(QObject):
    """Runs commands in order, one at a time, and answers questions about the workspace between.

    The next job starts only after the window has heard of the last one. So whoever reads the
    workspace in the GUI thread while `busy` is false, or in a question, sees it standing still.
    """

    busy_changed = Signal(bool)
    command_started = Signal()
    command_ended = Signal()
    failed = Signal(object)
    settled = Signal()
    _done = Signal(object, object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._commands: list[_Job] = []
        self._questions: list[_Job] = []
        self._running: _Job | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._busy = False
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a command is running or waiting."""
        return self._busy

    @property
    def idle(self) -> bool:
        """Whether there is neither a command nor a question."""
        return self._running is None and not self._commands and not self._questions

    @property
    def working(self) -> bool:
        """Whether the worker could not be stopped: it is still in the middle of a job."""
        return self._thread is not None and self._thread.is_alive()

    def do(self, command: Callable[..., object], *args: object, latest: bool = False) -> None:
        """Run ``command(workspace, *args)`` after those that wait already.

        With ``latest`` it takes the place of the same command if that is the last one waiting.
        """
        job = _Job(command, lambda: command(self._workspace, *args), None)
        if latest and self._commands and self._commands[-1].key == command:
            self._commands.pop()
        self._commands.append(job)
        self._set_busy(True)
        self._next()

    def ask(self, key: object, question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        """Work something out in the worker; ``answer`` gets it in the GUI thread.

        Commands go first; a later question of the same key replaces one that still waits.
        """
        self._questions = [job for job in self._questions if job.key != key]
        self._questions.append(_Job(key, question, answer))
        self._next()

    def wait(self, *, timeout: int = 60_000) -> bool:
        """Let the event loop run until everything is done; False if it took too long (ms)."""
        if not self.idle:
            loop = QEventLoop()
            self.settled.connect(loop.quit)
            QTimer.singleShot(timeout, loop, loop.quit)
            loop.exec()
        return self.idle

    def stop(self, *, timeout: float = 2.0) -> None:
        """Take no more jobs and give the running one a moment (s); a daemon, it blocks no exit."""
        self._commands.clear()
        self._questions.clear()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(timeout)
            if not self._thread.is_alive():
                self._thread = None

    def _next(self) -> None:
        if self._running is not None:
            return
        waiting = self._commands or self._questions
        if not waiting:
            self.settled.emit()
            return
        self._running = waiting.pop(0)
        if self._running.answer is None:
            self.command_started.emit()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="gradviz", daemon=True)
            self._thread.start()
        self._jobs.put(self._running)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            result: object = None
            error: BaseException | None = None
            try:
                result = job.work()
            except (Exception, SystemExit) as raised:  # noqa: BLE001 - shown in the GUI thread, see _finish
                error = raised
            try:
                self._done.emit(result, error)
            except RuntimeError:  # the window is gone
                return

    def _finish(self, result: object, error: BaseException | None) -> None:
        job, self._running = self._running, None
        if job is not None and job.answer is None:
            self._set_busy(bool(self._commands))
            self.command_ended.emit()
        if error is not None:
            self.failed.emit(error)
        elif job is not None and job.answer is not None:
            job.answer(result)
        self._next()

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
