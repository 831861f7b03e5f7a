"""Who watches an iteration: a recorder, or nobody."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from gradviz.trace.events import Phase


class Watcher(Protocol):
    """What an iteration tells, and asks."""

    @property
    def iteration(self) -> int:
        """The number of the iteration, from 0."""

    def within(self, phase: Phase) -> AbstractContextManager[None]:
        """Everything in the block belongs to this phase."""

    def unseen(self) -> AbstractContextManager[None]:
        """The block is none of the iteration's."""


class Unwatched:
    """An iteration that nobody watches: it runs at full speed."""

    def __init__(self, iteration: int) -> None:
        self.iteration = iteration

    def within(self, phase: Phase) -> AbstractContextManager[None]:
        """Nothing is told."""
        return nullcontext()

    def unseen(self) -> AbstractContextManager[None]:
        """Nothing is seen."""
        return nullcontext()
