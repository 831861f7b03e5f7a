"""Ops that make each element of the elements in the same place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from gradviz.explain.arithmetic import digits, worked_out, written
from gradviz.explain.formulas.case import Case, Formula, Setting, Worked

EXPRESSIONS: dict[str, str] = {
    "add": "a + b",
    "sub": "a - b",
    "mul": "a * b",
    "div": "a / b",
    "pow": "a ** b",
    "square": "a ** 2",
    "neg": "-a",
    "abs": "abs(a)",
    "sqrt": "sqrt(a)",
    "relu": "max(0, a)",
    "sigmoid": "1 / (1 + exp(-a))",
    "silu": "a / (1 + exp(-a))",
    "tanh": "tanh(a)",
    "exp": "exp(a)",
    "log": "log(a)",
}
"""What an op makes of ``a``, its first tensor, and ``b``, its second."""
EXPONENTS = (2.0, 3.0, 4.0, 0.5, -0.5, -1.0, -2.0, 1.5, 1.0)
"""Those that `pow` is tried with where it was given a number, which no event holds."""


def element(expression: str) -> Formula:
    """A formula on the elements in the same place."""

    def works(case: Case) -> Worked | None:
        known = known_at(case)
        wanted = {name for name in ("a", "b") if name in expression.replace("abs", "")}
        if known is None or not wanted <= known.keys():
            return None
        computed = worked_out(expression, known)
        return Worked(
            written(expression, str),
            written(expression, lambda name: digits(known[name])),
            computed,
            abs(computed),
        )

    return Formula(works)


def known_at(case: Case) -> dict[str, float] | None:
    """The numbers of an element: ``a`` and ``b`` in the inputs, ``y`` in the output."""
    known = {"y": float(case.output[case.at])}
    for name, tensor in zip("ab", case.inputs, strict=False):
        try:
            known[name] = float(torch.broadcast_to(tensor, case.output.shape)[case.at])
        except RuntimeError:  # shapes that do not go together, as `out=` may bring
            return None
    numbers = {name: float(each) for name, each in case.settings.items() if name == "b"}  # type: ignore[arg-type]
    return known | numbers


def exponents(case: Case) -> Iterator[Mapping[str, Setting]]:
    """The numbers that a power may have been raised to."""
    if len(case.inputs) > 1:
        yield {}
    else:
        yield from ({"b": each} for each in EXPONENTS)


FORMULAS = {op: element(expression) for op, expression in EXPRESSIONS.items()}
FORMULAS["pow"] = Formula(FORMULAS["pow"].works, exponents)
