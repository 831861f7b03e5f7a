"""Upstream × local = downstream, with the numbers of one element: backward by the chain rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from torch import Tensor

from gradviz.errors import TraceError
from gradviz.explain.arithmetic import digits, worked_out, written
from gradviz.explain.formulas.case import Case, Element, Formula, Worked, fitting, largest
from gradviz.explain.formulas.elementwise import exponents, known_at
from gradviz.explain.formulas.sums import indices, inside, products
from gradviz.trace.events import NodeRan, OpRan
from gradviz.trace.trace import Trace

LOCAL: dict[str, tuple[str, ...]] = {
    "add": ("1", "1"),
    "sub": ("1", "-1"),
    "mul": ("b", "a"),
    "div": ("1 / b", "-a / b ** 2"),
    "pow": ("b * a ** (b - 1)",),
    "square": ("2 * a",),
    "neg": ("-1",),
    "relu": ("positive(a)",),
    "sqrt": ("1 / (2 * y)",),
    "sigmoid": ("y * (1 - y)",),
    "tanh": ("1 - y ** 2",),
    "exp": ("y",),
    "log": ("1 / a",),
}
"""dy/d input, by the op and the input's place; ``y`` is the output, ``a`` and ``b`` the inputs."""
NODES = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "square": "Pow",
    "neg": "Neg", "sqrt": "Sqrt", "sigmoid": "Sigmoid", "tanh": "Tanh", "exp": "Exp", "log": "Log",
    "relu": "Relu",
}  # fmt: skip
"""How torch calls the node of an op, before ``Backward0``."""


class Downstream(Struct, frozen=True):
    """One element of the gradient that left a node for its input ``slot``.

    ``local`` is the derivative of the op there, with numbers, and ``upstream`` what it multiplies;
    None where the element is a sum of many such products.
    """

    slot: int
    element: Element
    upstream: float | None = None
    local: Worked | None = None


def downstream(trace: Trace, ran: NodeRan) -> tuple[Downstream, ...]:
    """The largest element of each gradient that left a node, worked out; without those whose
    formula is not here, or does not give what torch recorded.
    """
    made = maker(trace, ran)
    if made is None or len(made.outputs) != 1 or ran.grad_outputs[:1] in ((), (None,)):
        return ()
    try:
        upstream, output, *inputs = (
            trace.peek(ref).detach()
            for ref in (*ran.grad_outputs[:1], *made.outputs, *made.inputs)
            if ref is not None
        )
        left = {slot: trace.peek(ref).detach() for slot, ref in enumerate(ran.grad_inputs) if ref}
    except TraceError:
        return ()
    if upstream.shape != output.shape or not inputs:
        return ()
    if ran.name == f"{NODES.get(made.op)}Backward0":
        return tuple(_elementwise(made.op, (upstream, output, *inputs), left))
    if ran.name in ("AddmmBackward0", "MmBackward0") and output.ndim == 2:
        return tuple(_product(made.op, (upstream, *inputs), left))
    return ()


def maker(trace: Trace, ran: NodeRan) -> OpRan | None:
    """The op whose last node this is."""
    for event in reversed(trace.events[: ran.index]):
        if isinstance(event, OpRan) and ran.node in event.nodes:
            return event if event.nodes[-1] == ran.node else None
    return None


def _elementwise(
    op: str, known: tuple[Tensor, ...], left: dict[int, Tensor]
) -> Iterator[Downstream]:
    upstream, output, *inputs = known
    for slot, expression in enumerate(LOCAL[op]):
        grad = left.get(slot)
        at = None if grad is None else largest(grad)
        if grad is None or at is None or grad.shape != output.shape:
            continue
        for settings in exponents(Case(tuple(inputs), output, at)) if op == "pow" else ({},):

            def local(at: tuple[int, ...], settings: Any = settings, text: str = expression) -> Any:
                return _local(text, Case(tuple(inputs), output, at, settings))

            element = fitting(_times(local, upstream), Case((), grad, at))
            if element is not None:
                yield Downstream(slot, element, float(upstream[at]), local(at))
                break


def _local(expression: str, case: Case) -> Worked | None:
    known = known_at(case)
    if known is None or ("b" in expression and "b" not in known):
        return None
    names = {"b": digits(known["b"])} if "b" in case.settings else {}
    computed = worked_out(expression, known)
    return Worked(
        written(expression, lambda name: names.get(name, name)),
        written(expression, lambda name: digits(known[name])),
        computed,
        abs(computed),
    )


def _times(local: Callable[[tuple[int, ...]], Worked | None], upstream: Tensor) -> Formula:
    def works(case: Case) -> Worked | None:
        factor = local(case.at)
        if factor is None:
            return None
        above = float(upstream[case.at])
        computed = above * factor.computed
        numbers = f"{digits(above)} · {inside(factor.computed)}"
        return Worked("dL/dy · local", numbers, computed, abs(computed))

    return Formula(works)


def _product(op: str, known: tuple[Tensor, ...], left: dict[int, Tensor]) -> Iterator[Downstream]:
    """Of dL/dY for Y = A·B: dL/dA = dL/dY·Bᵀ and dL/dB = Aᵀ·dL/dY."""
    upstream, *inputs = known
    factors = {
        "linear": lambda x, w, *_bias: (x, w.T),
        "addmm": lambda _added, one, two: (one, two),
    }.get(op, lambda one, two: (one, two))(*inputs)
    last = max(left, default=0)
    first = 1 if op in ("linear", "addmm") and len(inputs) == 3 else 0
    for slot, grad in left.items():
        at = largest(grad)
        if at is None or slot < first or slot > last or grad.ndim != 2:
            continue
        element = fitting(Formula(_sides(slot - first, upstream, factors)), Case((), grad, at))
        if element is not None:
            yield Downstream(slot, element)


def _sides(
    side: int, upstream: Tensor, factors: tuple[Tensor, Tensor]
) -> Callable[[Case], Worked | None]:
    def works(case: Case) -> Worked | None:
        row, column = case.at
        if side == 0:
            formula = f"Σₖ dL/dy{indices(row, 'k')} · b{indices(column, 'k')}"
            return products(formula, upstream[row], factors[1][column])
        formula = f"Σₖ a{indices('k', row)} · dL/dy{indices('k', column)}"
        return products(formula, factors[0][:, row], upstream[:, column])

    return works
