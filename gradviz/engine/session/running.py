"""Running on, over as many iterations as it takes, until a breakpoint is hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gradviz.arguments import check_type, whole
from gradviz.engine.session.progress import Progress
from gradviz.engine.stops.reasons import Reason, Stop
from gradviz.engine.stops.stops import Scan
from gradviz.engine.stops.unreachable import unreachable
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint
from gradviz.trace.events import Failed

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session

LIMIT = 1000
"""Iterations that are run in the hope of a hit, unless a number was given."""


class Breakpoints:
    """The breakpoints of a session, in the order in which they were added.

    One that is switched off is still the same breakpoint.
    """

    def __init__(self) -> None:
        self._known: list[Breakpoint] = []

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter(tuple(self._known))

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, breakpoint: object) -> bool:
        return isinstance(breakpoint, Breakpoint) and _on(breakpoint) in map(_on, self._known)

    def add(self, breakpoint: Breakpoint | str) -> Breakpoint:
        """Add a breakpoint, or a condition as one; one that is there is switched as this one is."""
        added = as_breakpoint(breakpoint)
        if added in self:
            self._known[self._place(added)] = added
        else:
            self._known.append(added)
        return added

    def remove(self, breakpoint: Breakpoint | str) -> None:
        """Take a breakpoint away; raises `UsageError` if it is not there."""
        del self._known[self._place(as_breakpoint(breakpoint))]

    def enable(self, breakpoint: Breakpoint | str, on: bool = True) -> Breakpoint:
        """Switch a breakpoint on or off; raises `UsageError` if it is not there."""
        place = self._place(as_breakpoint(breakpoint))
        self._known[place] = replace(self._known[place], enabled=on)
        return self._known[place]

    def clear(self) -> None:
        """Take all away."""
        self._known.clear()

    def put(self, breakpoints: Iterable[Breakpoint]) -> None:
        """Have these instead."""
        self.clear()
        for breakpoint in breakpoints:
            self.add(breakpoint)

    def _place(self, breakpoint: Breakpoint) -> int:
        if breakpoint not in self:
            raise UsageError(
                N_("there is no such breakpoint"),
                where=str(breakpoint),
                mend=N_("add it first"),
            )
        return [_on(known) for known in self._known].index(_on(breakpoint))


def as_breakpoint(until: Breakpoint | str) -> Breakpoint:
    """A breakpoint as it is, and a condition as a breakpoint on it."""
    check_type(until, (Breakpoint, str), where="breakpoint")
    return Breakpoint("expression", until) if isinstance(until, str) else until


def run(
    session: Session,
    until: Breakpoint | str | None = None,
    *,
    iterations: int | None = None,
    progress: Progress | None = None,
) -> Stop:
    """The next stop from the session's cursor, see `gradviz.engine.session.session.Session.run`."""
    wanted = None if until is None else replace(as_breakpoint(until), enabled=True)
    enabled = [breakpoint for breakpoint in session.breakpoints if breakpoint.enabled]
    breakpoints = enabled if wanted is None else [wanted, *enabled]
    left = _checked(iterations, breakpoints)
    scan = Scan(session.trace, breakpoints, after=session.index)
    checked = False
    stop = scan.next()
    while stop is None and left > 0:
        if not checked and _is_known(session):
            _check_reachable(session, enabled if wanted is None else [wanted])
            checked = True
        session.run_iteration()
        left -= 1
        stop = scan.next()
        if progress is not None:
            progress.advance()
            if stop is None and progress.cancelled:
                return _cancelled(session)
    return stop or _nowhere(session, breakpoints)


def _on(breakpoint: Breakpoint) -> Breakpoint:
    return replace(breakpoint, enabled=True)


def _checked(iterations: int | None, breakpoints: Sequence[Breakpoint]) -> int:
    if iterations is None and not breakpoints:
        raise UsageError(
            N_("there is no breakpoint to run to"),
            mend=N_("add one, or say until which condition, or for how many iterations"),
        )
    if iterations is None:
        return LIMIT
    if whole(iterations, where="iterations") < 0:
        raise UsageError(
            N_("{count} iterations cannot be run"),
            mend=N_("take 0 for those that are recorded, or more"),
            count=iterations,
        )
    return iterations


def _check_reachable(session: Session, breakpoints: Sequence[Breakpoint]) -> None:
    """Raise `UsageError` if none of them can ever be hit."""
    told = [unreachable(session.trace, each, after=session.index) for each in breakpoints]
    if told and told[0] is not None and all(told):
        raise told[0]


def _is_known(session: Session) -> bool:
    """Whether so much was recorded that another iteration brings nothing new."""
    failed = sum(isinstance(event, Failed) for event in session.trace.events)
    return session.iterations - failed >= session.loop.accumulate


def _cancelled(session: Session) -> Stop:
    event = session.trace.events[-1]
    reason = Reason(N_("stopped after iteration {iteration}"), {"iteration": event.iteration})
    return Stop(event, None, (reason,))


def _nowhere(session: Session, breakpoints: Sequence[Breakpoint]) -> Stop:
    """The end of the run, where nothing was hit."""
    events = session.trace.events
    if not events:
        raise UsageError(N_("nothing was run yet"), mend=N_("run at least one iteration"))
    fields: dict[str, object] = {"iteration": events[-1].iteration}
    if not breakpoints:
        template = N_("ran to the end of iteration {iteration}")
    elif len(breakpoints) == 1:
        template = N_("never hit up to the end of iteration {iteration}: {breakpoint}")
        fields["breakpoint"] = breakpoints[0]
    else:
        template = N_("no breakpoint was hit up to the end of iteration {iteration}")
    return Stop(events[-1], None, (Reason(template, fields),))
