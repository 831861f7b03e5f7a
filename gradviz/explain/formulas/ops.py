"""The formula of an op that ran, with the numbers of its largest element."""

from __future__ import annotations

from gradviz.errors import TraceError
from gradviz.explain.formulas import elementwise, products, reductions
from gradviz.explain.formulas.case import Case, Element, Formula, fitting, largest, plain
from gradviz.explain.formulas.settings import settings_of
from gradviz.trace.events import OpRan
from gradviz.trace.trace import Trace

FORMULAS: dict[str, Formula] = {
    **elementwise.FORMULAS,
    **products.FORMULAS,
    **reductions.FORMULAS,
}
"""By the name of the op in the trace; the others are told without formulas."""


def op_element(trace: Trace, event: OpRan) -> Element | None:
    """The largest element of an op's output, worked out.

    None for an op without a formula, for values that are held no longer, and where the formula
    does not give what torch recorded.
    """
    formula = FORMULAS.get(event.op)
    if formula is None or len(event.outputs) != 1:
        return None
    case = case_of(trace, event)
    return None if case is None else fitting(formula, case)


def case_of(trace: Trace, event: OpRan) -> Case | None:
    """The largest element of an op's output, with what it was made of."""
    try:
        inputs = tuple(trace.peek(ref).detach() for ref in event.inputs)
        output = trace.peek(event.outputs[0]).detach()
    except TraceError:
        return None
    at = largest(output)
    if at is None or not inputs or not plain(inputs[0]):
        return None
    return Case(inputs, output, at, settings_of(event.op, trace.calls.get(event.module)))
