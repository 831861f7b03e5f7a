"""From a workspace that notifies in any thread to Qt signals in the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from gradviz.qt.runner import Runner
from gradviz.workspace import Change, Workspace


class Bridge(QObject):
    """Tells views that the workspace changed, once it stands still.

    ``moved``: another project, session or cursor. ``selected``: only the selection. ``sought``:
    only what is looked for. ``folded``: only what is open in the graph.
    """

    moved = Signal()
    selected = Signal()
    sought = Signal()
    folded = Signal()
    _noted = Signal(str)

    def __init__(self, workspace: Workspace, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending: set[str] = set()
        self._running = False
        self._noted.connect(self._note, Qt.ConnectionType.AutoConnection)
        runner.command_started.connect(self._hold)
        runner.command_ended.connect(self._release)
        self._unsubscribe = workspace.subscribe(self._on_change)

    def close(self) -> None:
        """Hear no more of the workspace."""
        self._unsubscribe()
        self._unsubscribe = _nothing

    def _on_change(self, change: Change) -> None:
        self._noted.emit(change)

    def _note(self, change: str) -> None:
        self._pending.add(change)
        self._tell()

    def _hold(self) -> None:
        self._running = True

    def _release(self) -> None:
        self._running = False
        self._tell()

    def _tell(self) -> None:
        if self._running or not self._pending:
            return
        changes, self._pending = self._pending, set()
        if not changes <= {"selection", "search", "folding"}:
            self.moved.emit()
            return
        if "folding" in changes:
            self.folded.emit()
        if "search" in changes:
            self.sought.emit()
        if "selection" in changes:
            self.selected.emit()


def _nothing() -> None:
    """There is nothing left to unsubscribe."""
