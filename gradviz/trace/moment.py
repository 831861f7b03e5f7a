"""Moments in words: ``backward:3``, ``forward:end``, ``2/step:1``, ``17``, ``end``."""

from __future__ import annotations

import re

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.trace.events import PHASES
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

_PATTERN = re.compile(
    r"(?:(?P<iteration>\d+)/)?"
    rf"(?:(?P<phase>{'|'.join(PHASES)})(?::(?P<place>\d+|half|end))?|(?P<whole>start|end)|(?P<index>\d+))"
)


def resolve(trace: Trace, text: str) -> int:
    """The index of the event that a moment names.

    ``backward:3`` is the third event of backward, ``backward`` and ``backward:end`` its last,
    ``backward:half`` the one in its middle; ``start`` is before everything, ``end`` the last event,
    a bare number is that event of the iteration, from 0. ``2/`` in front means iteration 2 (they
    count from 0); without it the last iteration that was recorded. Raises `UsageError` for anything
    else.
    """
    match = _PATTERN.fullmatch(text.strip())
    if not match:
        raise UsageError(
            N_("“{text}” is no moment"),
            where="at",
            mend=N_("write start, end, an event number, or a phase like backward:3"),
            text=text,
        )
    last = trace.events[-1].iteration if trace.events else 0
    iteration = int(match["iteration"]) if match["iteration"] else last
    indices = span(trace, iteration)
    if match["whole"] == "start":
        return indices.start - 1 if indices else -1
    events = [trace.events[index] for index in indices]
    if match["phase"]:
        events = [event for event in events if event.phase == match["phase"]]
    if match["index"]:
        place = int(match["index"])
    elif match["place"] == "half":
        place = (len(events) - 1) // 2
    elif match["place"] in (None, "end"):
        place = len(events) - 1
    else:
        place = int(match["place"]) - 1
    if not 0 <= place < len(events):
        raise UsageError(
            N_("there is no {text}: {part} of iteration {iteration} has {count} events"),
            where="at",
            mend=N_("take an earlier one"),
            text=text,
            part=match["phase"] or "all",
            iteration=iteration,
            count=len(events),
        )
    return events[place].index
