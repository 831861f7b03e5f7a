"""Breakpoints that no run can hit, told before it runs for long."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gradviz.engine.stops.rules import RULES, without_calls
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint, On
from gradviz.spec.expression import parse
from gradviz.trace.facts import Facts
from gradviz.trace.trace import Trace

_NOTHING: dict[str, str] = {
    "op": N_("no op “{name}” runs here"),
    "node": N_("no autograd node “{name}” runs here"),
    "module": N_("nothing runs in a module “{name}” here"),
    "param": N_("nothing happens to a parameter “{name}” here"),
    "buffer": N_("no buffer “{name}” changes here"),
    "phase": N_("this loop has no phase “{name}”"),
}
"""What is said of a name that no event has."""

_NAMED: set[On] = {"op", "node", "module", "param", "phase"}


def unreachable(trace: Trace, breakpoint: Breakpoint, *, after: int) -> UsageError | None:
    """Why a breakpoint cannot be hit after event ``after`` by iterations like the recorded ones;
    None if it can, as far as one can tell.
    """
    if breakpoint.on == "iteration":
        return _behind(trace, breakpoint, after)
    if breakpoint.on == "line":
        return _nowhere(trace, breakpoint)
    for name, texts in _wants(breakpoint):
        known = _known(trace, name)
        if known and not known.intersection(texts):
            near = difflib.get_close_matches(texts[0], sorted(known), n=3, cutoff=0.5)
            return UsageError(
                _NOTHING[name],
                where=str(breakpoint),
                mend=N_("take one of: {known}"),
                name=", ".join(texts),
                known=", ".join(near or sorted(known)),
            )
    return None


def _wants(breakpoint: Breakpoint) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that it wants an event to have, one of several."""
    if breakpoint.on in _NAMED:
        yield breakpoint.on, (str(breakpoint.what),)
    conditions = [breakpoint.when] if breakpoint.when else []
    if breakpoint.on == "expression":
        conditions.append(str(breakpoint.what))
    for condition in conditions:
        yield from (want for want in parse(condition).wants if want[0] in _NOTHING)


def _known(trace: Trace, name: str) -> set[str]:
    """Every text that a fact has in the trace; of a module, also the modules that it is in."""
    facts = Facts(trace)
    found = {str(text) for event in trace.events if (text := facts.ask(event, name))}
    if name == "module":
        parts = [path.split(".") for path in found | {without_calls(path) for path in found}]
        found = {".".join(path[:end]) for path in parts for end in range(1, len(path) + 1)}
    return found


def _nowhere(trace: Trace, breakpoint: Breakpoint) -> UsageError | None:
    """What is wrong with a line that no event comes from, where others come from its file."""
    matches = RULES["line"].matcher(Facts(trace), breakpoint)
    if any(map(matches, trace.events)):
        return None
    file = str(breakpoint.what).rpartition(":")[0]
    sources = {event.source for event in trace.events if event.source is not None}
    lines = sorted({each.line for each in sources if each.file.endswith(file)})
    return UsageError(
        N_("nothing that is recorded runs in this line"),
        where=str(breakpoint),
        mend=N_("take one of: {known}") if lines else N_("take a line of a file that runs here"),
        known=", ".join(map(str, lines)),
    )


def _behind(trace: Trace, breakpoint: Breakpoint, after: int) -> UsageError | None:
    assert isinstance(breakpoint.what, int)
    if after < 0 or trace.events[after].iteration < breakpoint.what:
        return None
    return UsageError(
        N_("the cursor is in iteration {iteration} already"),
        where=str(breakpoint),
        mend=N_("go back to an event before it first"),
        iteration=trace.events[after].iteration,
    )
