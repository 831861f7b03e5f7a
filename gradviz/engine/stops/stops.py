"""Where a trace hits a breakpoint, and why: functions of what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from gradviz.engine.stops.reasons import Reason, Stop, condition, failed
from gradviz.engine.stops.rules import RULES, Visit
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.expression import parse
from gradviz.trace.events import AnyEvent, Failed
from gradviz.trace.facts import Facts
from gradviz.trace.trace import Trace

_VISITS: dict[Visit, Callable[[AnyEvent], object]] = {
    "event": lambda event: event.index,
    "stay": lambda event: (event.iteration, event.phase),
    "iteration": lambda event: event.iteration,
}
_HIT = N_("hit {hits}")


def next_stop(trace: Trace, breakpoints: Sequence[Breakpoint], *, after: int = -1) -> Stop | None:
    """The first stop after event ``after``; None if there is none up to the trace's end.

    Where several breakpoints meet, the first of them counts. A `Failed` event always stops.
    """
    return Scan(trace, breakpoints, after=after).next()


def hits(trace: Trace, breakpoint: Breakpoint) -> Iterator[int]:
    """The indices of all events that hit it, whatever its number of hits, enabled or not."""
    watch = _Watch(Facts(trace), breakpoint)
    return (event.index for event in trace.events if watch.hit(event))


def is_hit(trace: Trace, breakpoint: Breakpoint, index: int) -> bool:
    """Whether an event hits it, whatever its number of hits, enabled or not."""
    watch = _Watch(Facts(trace), breakpoint)
    watch.catch_up(index - 1)
    return watch.hit(trace.events[index])


class Scan:
    """Goes through a trace from event to event, and on when the trace has grown."""

    def __init__(self, trace: Trace, breakpoints: Sequence[Breakpoint], *, after: int) -> None:
        self.trace = trace
        self._index = after
        self._facts = Facts(trace)
        self._watches = [_Watch(self._facts, each) for each in breakpoints if each.enabled]
        for watch in self._watches:
            watch.catch_up(after)

    def next(self) -> Stop | None:
        """The next stop; None if the trace's end was reached before."""
        events = self.trace.events
        while self._index + 1 < len(events):
            self._index += 1
            event = events[self._index]
            stopped = [watch for watch in self._watches if watch.hit(event) and watch.counts()]
            if stopped:
                return stopped[0].stop(event)
            if isinstance(event, Failed):
                return failed(event)
        return None


class Hits:
    """All hits of a breakpoint, whatever its number of hits, enabled or not: found bit by bit, and
    further when the trace has grown.
    """

    def __init__(self, trace: Trace, breakpoint: Breakpoint) -> None:
        self.trace = trace
        self.found: list[int] = []
        self.seen = 0
        self._watch = _Watch(Facts(trace), breakpoint)

    def look(self, end: int) -> None:
        """Look at the events up to ``end``, which is not looked at."""
        for event in self.trace.events[self.seen : end]:
            if self._watch.hit(event):
                self.found.append(event.index)
        self.seen = max(self.seen, min(end, len(self.trace.events)))


class _Watch:
    """One breakpoint on its way through a trace."""

    def __init__(self, facts: Facts, breakpoint: Breakpoint) -> None:
        self._facts = facts
        self._breakpoint = breakpoint
        self._rule = RULES[breakpoint.on]
        self._matches = self._rule.matcher(facts, breakpoint)
        self._when = parse(breakpoint.when) if breakpoint.when else None
        self._visit: object = None
        self._count = 0

    def hit(self, event: AnyEvent) -> bool:
        """Whether the event is a hit; events are given in order."""
        rule = self._rule
        if not self._matches(event):
            if rule.visit == "stay":
                self._visit = None
            return False
        visit = _VISITS[rule.visit](event)
        if visit == self._visit and not (rule.again and rule.again(self._facts, event)):
            return False
        if self._when is not None and not self._when.holds(partial(self._facts.ask, event)):
            return False
        self._visit = visit
        return True

    def counts(self) -> bool:
        """Count a hit; whether it is the one to stop at. Then the count begins again."""
        self._count = (self._count + 1) % self._breakpoint.hits
        return self._count == 0

    def catch_up(self, index: int) -> None:
        """See what was before, as far as it says whether a visit has begun already."""
        events = self._facts.trace.events
        if self._rule.visit == "event" or index < 0:
            return
        first = index
        while first > 0 and events[first - 1].iteration == events[index].iteration:
            first -= 1
        for event in events[first : index + 1]:
            self.hit(event)

    def stop(self, event: AnyEvent) -> Stop:
        """The stop at an event that was hit."""
        reason = self._rule.why(self._facts, self._breakpoint, event)
        reasons = [reason]
        if self._when is not None:
            reasons.append(condition(self._facts, self._when, event))
        if self._breakpoint.hits > 1:
            reasons.append(Reason(_HIT, {"hits": self._breakpoint.hits}))
        return Stop(event, self._breakpoint, tuple(reasons), reason.culprit)
