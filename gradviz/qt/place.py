"""Where the cursor stands, counted within its iteration."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from weakref import WeakKeyDictionary

from msgspec import Struct

from gradviz.trace.events import AnyEvent, Phase
from gradviz.trace.trace import Trace
from gradviz.workspace import Workspace


class Iteration(Struct, frozen=True, dict=True):
    """The events of an iteration, as far as it has come."""

    number: int
    events: Sequence[AnyEvent]

    @cached_property
    def runs(self) -> tuple[tuple[Phase, int], ...]:
        """The phases, in order, each with how many events it has in a row."""
        phases = groupby(event.phase for event in self.events)
        return tuple((phase, len(list(run))) for phase, run in phases)


class Place(Struct, frozen=True):
    """The cursor's iteration, as far as it was ``reached``; ``index`` is the cursor's, in the whole
    trace.
    """

    reached: Iteration
    index: int

    @property
    def iteration(self) -> int:
        """The iteration's number."""
        return self.reached.number

    @property
    def events(self) -> Sequence[AnyEvent]:
        """The iteration's events: the same object as long as there are no more of them."""
        return self.reached.events

    @property
    def runs(self) -> tuple[tuple[Phase, int], ...]:
        """The iteration's phases, in order, each with how many events it has in a row."""
        return self.reached.runs

    @property
    def event(self) -> int:
        """The number of the event under the cursor in its iteration, from 0; -1 is before the
        first.
        """
        return self.index - self.events[0].index if self.events else -1

    @property
    def phase(self) -> Phase | None:
        """The phase of the event under the cursor; None before the first."""
        return self.events[self.event].phase if self.event >= 0 else None


_latest: WeakKeyDictionary[Trace, tuple[int, Iteration]] = WeakKeyDictionary()


def place_of(workspace: Workspace) -> Place | None:
    """Where the cursor stands; None as long as nothing was recorded."""
    session = workspace.session
    if session is None or not session.trace.events:
        return None
    trace = session.trace
    here = max(session.index, 0)
    length, known = _latest.get(trace, (-1, None))
    if (
        known is None
        or length != len(trace.events)
        or known.number != trace.events[here].iteration
        or known.events[here - known.events[0].index] is not trace.events[here]
    ):
        known = _iteration_at(trace.events, here)
        _latest[trace] = len(trace.events), known
    return Place(known, session.index)


def _iteration_at(events: Sequence[AnyEvent], here: int) -> Iteration:
    """Iterations follow one another, so where one begins and ends need not be looked for."""
    number = events[here].iteration
    first = bisect_left(events, number, key=lambda event: event.iteration)
    after = bisect_right(events, number, key=lambda event: event.iteration)
    return Iteration(number, events[first:after])
