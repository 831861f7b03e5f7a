"""How far a long run has come, and the wish that it ends."""

from __future__ import annotations

import threading


class Progress:
    """``done`` of ``total``; whoever works tells of it, and another thread may look, or cancel."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Let it end after what it is in the middle of."""
        self._cancelled.set()

    def advance(self) -> None:
        """Another one is done."""
        self.done += 1
