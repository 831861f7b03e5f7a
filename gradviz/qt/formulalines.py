"""What the inspector says of an op: the formula of one element, with its numbers."""

from __future__ import annotations

from gradviz.explain.formulas.case import Element
from gradviz.explain.formulas.ops import op_element
from gradviz.explain.formulas.sums import indices
from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.qt.pages import Fact, Workings
from gradviz.trace.events import OpRan
from gradviz.trace.trace import Trace


def op_workings(trace: Trace, event: OpRan) -> tuple[Workings, ...]:
    """How the largest element of the output came about; nothing where that cannot be told."""
    element = op_element(trace, event)
    if element is None:
        return ()
    heading = _("How an element of the output came about: the largest in magnitude")
    if not event.outputs[0].shape:
        heading = _("How the output came about")
    return (Workings(heading, lines_of(f"y{indices(*element.at)}", element)),)


def lines_of(name: str, element: Element) -> tuple[Fact, ...]:
    """The formula, the same with numbers, and what torch recorded."""
    came = number(element.recorded).replace("-", "−")
    parts = dict.fromkeys((element.worked.formula, element.worked.numbers, came))
    return tuple(Fact("" if place else name, f"= {part}") for place, part in enumerate(parts))
