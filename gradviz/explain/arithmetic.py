"""Arithmetic on one number: worked out, and written as a textbook does, with names or numbers."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from gradviz.parsing import parsed

Named = Callable[[str], str]

_TWO: dict[type[ast.operator], tuple[str, int, Callable[[float, float], float]]] = {
    ast.Add: (" + ", 1, operator.add),
    ast.Sub: (" − ", 1, operator.sub),
    ast.Mult: (" · ", 2, operator.mul),
    ast.Div: (" / ", 2, operator.truediv),
    ast.Pow: ("", 4, operator.pow),
}
"""How an operator is written, how strongly it binds, and what it does."""
_UNARY = 3
_CALLED: dict[str, tuple[str, Callable[..., float]]] = {
    "sqrt": ("√({})", math.sqrt),
    "abs": ("|{}|", abs),
    "max": ("max({})", max),
    "min": ("min({})", min),
    "exp": ("exp({})", math.exp),
    "log": ("log({})", math.log),
    "tanh": ("tanh({})", math.tanh),
    "positive": ("[{} > 0]", lambda number: float(number > 0)),
}
_RAISED = str.maketrans("0123456789t", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ")
_LOW = 0.5
"""How strongly a negative number binds behind an operator: not at all."""


def worked_out(expression: str, known: Mapping[str, float]) -> float:
    """What it comes to. Where floats have no answer it is NaN or infinite, as torch has it."""
    try:
        return _value(_tree(expression), known)
    except (ZeroDivisionError, OverflowError):
        return math.inf
    except ValueError:  # the root of a negative number
        return math.nan


def written(expression: str, named: Named) -> str:
    """The expression with what ``named`` says for each name: ``0.9 · 0.1 + 2²``."""
    return _text(_tree(expression), named)[0]


def digits(value: float) -> str:
    """Four significant digits, with the minus sign of formulas."""
    return f"{value:.4g}".replace("-", "−")


@lru_cache(maxsize=256)
def _tree(expression: str) -> ast.expr:
    return parsed(expression, "eval").body


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _TWO[type(op)][2](_value(left, known), _value(right, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, known)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _CALLED[name][1](*(_value(each, known) for each in args))
    raise TypeError(ast.unparse(node))


def _text(node: ast.expr, named: Named) -> tuple[str, float]:
    """The text, and how strongly what is outermost in it binds."""
    match node:
        case ast.Constant(value=value):
            return str(value), 9
        case ast.Name(id=name):
            text = named(name)
            return text, _LOW if text.startswith("−") else 9
        case ast.BinOp(left=left, op=op, right=right):
            sign, binds, _ = _TWO[type(op)]
            if isinstance(op, ast.Pow):
                return _inside(left, binds + 1, named) + _exponent(right, named), binds
            first, own = _text(left, named)
            first = first if own >= binds or isinstance(left, ast.Name) else f"({first})"
            return f"{first}{sign}{_inside(right, binds + 1, named)}", binds
        case ast.UnaryOp(operand=operand):
            return f"−{_inside(operand, _UNARY, named)}", _UNARY
        case ast.Call(func=ast.Name(id=name), args=args):
            inner = ", ".join(_text(each, named)[0] for each in args)
            return _CALLED[name][0].format(inner), 9
    raise TypeError(ast.unparse(node))


def _inside(node: ast.expr, binds: int, named: Named) -> str:
    text, own = _text(node, named)
    return text if own >= binds else f"({text})"


def _exponent(node: ast.expr, named: Named) -> str:
    text = _inside(node, 9, named)
    raised = text.translate(_RAISED)
    return f"^{text}" if set(text) & set(raised) else raised
