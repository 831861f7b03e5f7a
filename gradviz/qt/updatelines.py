"""What the inspector says of an optimizer's step: the arithmetic of one element."""

from __future__ import annotations

from gradviz.errors import TraceError
from gradviz.explain.microscope import largest_element, update_lines
from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.qt.pages import Fact, Workings
from gradviz.trace.events import ParamUpdated
from gradviz.trace.trace import Trace


def update_workings(trace: Trace, event: ParamUpdated) -> tuple[Workings, ...]:
    """The lines of the element whose gradient is the largest; none where there are none."""
    try:
        element = largest_element(trace, event)
        lines = () if element is None else update_lines(trace, event, element)
    except TraceError:
        return ()
    if not lines:
        return ()
    place = ", ".join(map(str, element or ()))
    heading = _("{param}[{place}], whose gradient g is the largest").format(
        param=event.param, place=place
    )
    facts = []
    for line in lines:
        came = number(line.computed if line.recorded is None else line.recorded)
        came = came.replace("-", "−")
        parts = dict.fromkeys((line.formula, line.numbers, came))
        facts.append(Fact(f"{line.name} ←", " = ".join(parts)))
    return (Workings(heading, tuple(facts)),)
