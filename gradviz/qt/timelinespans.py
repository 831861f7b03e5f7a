"""What a timeline shows of a trace: its phases, iterations and marks, found as the trace grows."""

from __future__ import annotations

from bisect import bisect_right

from gradviz.trace.events import Failed, GradEdited, Phase
from gradviz.trace.trace import Trace


class Spans:
    """Indices of events at which something begins, or that are marked; each event is looked at
    once.
    """

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._clear()

    def _clear(self) -> None:
        self.count = 0
        self.starts: list[int] = []
        """Where a phase begins, and which in `phases`."""
        self.phases: list[Phase] = []
        self.iterations: list[int] = []
        """Where each iteration begins."""
        self.numbers: list[int] = []
        self.edits: list[int] = []
        self.failures: list[int] = []

    def update(self, trace: Trace | None) -> bool:
        """Look at what is new; whether there is anything."""
        if trace is not self._trace:
            self._trace = trace
            self._clear()
        events = trace.events if trace is not None else ()
        if len(events) == self.count:
            return False
        if len(events) < self.count:
            self._clear()
        for event in events[self.count :]:
            new = not self.numbers or event.iteration != self.numbers[-1]
            if new:
                self.iterations.append(event.index)
                self.numbers.append(event.iteration)
            if new or event.phase != self.phases[-1]:
                self.starts.append(event.index)
                self.phases.append(event.phase)
            if isinstance(event, GradEdited):
                self.edits.append(event.index)
            elif isinstance(event, Failed):
                self.failures.append(event.index)
        self.count = len(events)
        return True

    def runs(self, first: int, after: int) -> list[tuple[int, int, Phase]]:
        """The phases between two events: where each begins and ends, cut to these."""
        at = max(0, bisect_right(self.starts, first) - 1)
        found = []
        while at < len(self.starts) and self.starts[at] < after:
            following = at + 1
            end = self.starts[following] if following < len(self.starts) else self.count
            found.append((max(self.starts[at], first), min(end, after), self.phases[at]))
            at = following
        return found

    def runs_between(self, first: int, after: int) -> int:
        """How many phases there are between two events."""
        return bisect_right(self.starts, after) - bisect_right(self.starts, first) + 1

    def iteration_at(self, index: int) -> tuple[int, int]:
        """Where the iteration of an event begins and ends."""
        at = max(0, bisect_right(self.iterations, max(index, 0)) - 1)
        if not self.iterations:
            return 0, 0
        following = at + 1
        last = following == len(self.iterations)
        return self.iterations[at], self.count if last else self.iterations[following]
