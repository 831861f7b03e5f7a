"""What the inspector says of an op or a node: the formula of one element, with its numbers."""

from __future__ import annotations

from gradviz.explain.arithmetic import digits
from gradviz.explain.formulas.backward import Downstream, downstream
from gradviz.explain.formulas.case import Element
from gradviz.explain.formulas.ops import op_element
from gradviz.explain.formulas.sums import indices
from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.qt.pages import Fact, Workings
from gradviz.trace.events import NodeRan, OpRan
from gradviz.trace.trace import Trace


def op_workings(trace: Trace, event: OpRan) -> tuple[Workings, ...]:
    """How the largest element of the output came about; nothing where that cannot be told."""
    element = op_element(trace, event)
    if element is None:
        return ()
    heading = _("The output's largest element (in magnitude)")
    if not event.outputs[0].shape:
        heading = _("How the output came about")
    return (Workings(heading, lines_of(f"y{indices(*element.at)}", element)),)


def lines_of(name: str, element: Element) -> tuple[Fact, ...]:
    """The formula, the same with numbers, and what torch recorded."""
    came = number(element.recorded).replace("-", "−")
    parts = dict.fromkeys((element.worked.formula, element.worked.numbers, came))
    return tuple(Fact("" if place else name, f"= {part}") for place, part in enumerate(parts))


def node_workings(trace: Trace, ran: NodeRan) -> tuple[Workings, ...]:
    """How the largest element of each gradient that left a node came about."""
    return tuple(
        Workings(
            _("upstream × local = dL/d input {slot}").format(slot=each.slot),
            _factors(each),
        )
        for each in downstream(trace, ran)
    )


def _factors(each: Downstream) -> tuple[Fact, ...]:
    place = indices(*each.element.at)
    if each.local is None or each.upstream is None:
        return lines_of(f"dL/d{place}", each.element)
    local = (each.local.formula, each.local.numbers, digits(each.local.computed))
    came = number(each.element.recorded).replace("-", "−")
    return (
        Fact(_("upstream"), f"dL/dy{place} = {digits(each.upstream)}"),
        Fact(_("local"), " = ".join(dict.fromkeys(local))),
        Fact(_("downstream"), f"{each.element.worked.numbers} = {came}"),
    )
