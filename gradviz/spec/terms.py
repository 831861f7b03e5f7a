"""Terms of a condition: functions of what is asked, in which None means that it does not apply.

Arithmetic is that of floats: what torch calls inf or NaN is that here too, and never an error.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from gradviz.spec.vocabulary import Kind

Value: TypeAlias = float | str | bool | tuple[Any, ...]
Ask: TypeAlias = Callable[[str], Value | None]
"""Gives the value of a name; None where the name does not apply."""

Compute: TypeAlias = Callable[[Ask], Any]


class Term(Struct, frozen=True):
    """A part of a condition; ``costly`` if it asks for something that is computed."""

    kind: Kind
    compute: Compute
    costly: bool = False


def one(function: Callable[[Any], Any], term: Term) -> Compute:
    """A function of a term."""
    part = term.compute

    def compute(ask: Ask) -> Any:
        value = part(ask)
        return None if value is None else function(value)

    return compute


def both(function: Callable[[Any, Any], Any], left: Term, right: Term) -> Compute:
    """A function of two terms; None where either does not apply."""
    one, other = left.compute, right.compute

    def compute(ask: Ask) -> Any:
        a, b = one(ask), other(ask)
        return None if a is None or b is None else function(a, b)

    return compute


def every(parts: list[Compute]) -> Compute:
    """True if all are, False as soon as one is, None between the two."""

    def compute(ask: Ask) -> bool | None:
        answer: bool | None = True
        for part in parts:
            value = part(ask)
            if value is False:
                return False
            if value is None:
                answer = None
        return answer

    return compute


def some(parts: list[Compute]) -> Compute:
    """True as soon as one is, False if none is, None between the two."""

    def compute(ask: Ask) -> bool | None:
        answer: bool | None = False
        for part in parts:
            value = part(ask)
            if value is True:
                return True
            if value is None:
                answer = None
        return answer

    return compute


def _divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a * math.copysign(1, b))


def _remainder(a: float, b: float) -> float:
    return math.nan if b == 0 or not math.isfinite(a) else a % b


def _power(a: float, b: float) -> float:
    try:
        value = float(a) ** b
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(value, complex) else value


ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: float(a) + b,
    ast.Sub: lambda a, b: float(a) - b,
    ast.Mult: lambda a, b: float(a) * b,
    ast.Div: _divide,
    ast.Mod: _remainder,
    ast.Pow: _power,
}

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}

_IN = {("text", "text"), ("text", "texts"), ("number", "shape")}


def comparable(operator: ast.cmpop, left: Kind, right: Kind) -> bool:
    """Whether terms of these kinds can stand beside the operator."""
    if isinstance(operator, ast.In | ast.NotIn):
        return (left, right) in _IN
    if isinstance(operator, ast.Eq | ast.NotEq):
        return left == right
    return left == right == "number"
