"""Where the trace hits the breakpoints, found in the worker's pauses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from gradviz.qt.runner import Runner
from gradviz.spec.breakpoints import Breakpoint
from gradviz.trace.trace import Trace
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.stops.stops import Hits

PIECE, PATIENCE = 64, 0.03
"""Events that are looked at in one go, and seconds until a command may come in between."""


class HitCounter(QObject):
    """Each event is looked at once; a command waits for a piece of the work at most."""

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        super().__init__()
        self._workspace, self._runner = workspace, runner
        self._trace: Trace | None = None
        self._hits: dict[Breakpoint, _Found] = {}

    def refresh(self) -> None:
        """Look on, if there is more to look at."""
        session = self._workspace.session
        trace = session.trace if session else None
        if trace is not self._trace:
            self._trace, self._hits = trace, {}
        wanted = {_place(each) for each in self._workspace.breakpoints}
        self._hits = {each: found for each, found in self._hits.items() if each in wanted}
        if trace is None or not wanted:
            return
        for each in wanted:
            self._hits.setdefault(each, _Found())
        if any(found.seen < len(trace.events) for found in self._hits.values()):
            known = dict(self._hits)
            self._runner.ask(self, lambda: _look(trace, known), lambda _done: self._on_looked())

    def of(self, breakpoint: Breakpoint) -> list[int]:
        """The events that hit it, as far as they were found."""
        found = self._hits.get(_place(breakpoint))
        return [] if found is None else found.indices

    def _on_looked(self) -> None:
        self.changed.emit()
        self.refresh()


class _Found:
    """What was found so far; the worker's part comes into being in the worker."""

    def __init__(self) -> None:
        self.indices: list[int] = []
        self.seen = 0
        self.hits: Hits | None = None


def _look(trace: Trace, known: dict[Breakpoint, _Found]) -> None:
    from gradviz.engine.stops.stops import Hits

    until = time.monotonic() + PATIENCE
    for breakpoint, found in known.items():
        hits = found.hits = found.hits or Hits(trace, breakpoint)
        while hits.seen < len(trace.events) and time.monotonic() < until:
            hits.look(hits.seen + PIECE)
        found.indices, found.seen = list(hits.found), hits.seen


def _place(breakpoint: Breakpoint) -> Breakpoint:
    return replace(breakpoint, enabled=True, hits=1)
