"""Settings that are calculated: ``=channels * 2``, as a spreadsheet has them.

A formula is read as an expression of Python and worked out here, node by node; nothing is run.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.model import Setting

LONGEST = 200
"""Characters of a formula."""
LARGEST = 2**31 - 1
"""The largest number that a formula may come to, on its way too."""

_TWO: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ONE: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_CALLED: dict[str, Callable[..., Any]] = {"min": min, "max": max, "round": round, "int": int}


def is_formula(setting: Setting) -> bool:
    """Whether a setting is calculated."""
    return isinstance(setting, str) and setting.startswith("=")


def calculated(setting: Setting, known: Mapping[str, Setting], *, where: str) -> Setting:
    """The setting with its formulas worked out, also those in lists. ``known`` are the names that
    they may use. Raises `BuildError`.
    """
    if isinstance(setting, str) and setting.startswith("="):
        return _worked_out(setting, known, where)
    if isinstance(setting, list):
        return [calculated(part, known, where=where) for part in setting]
    if isinstance(setting, dict):
        return {name: calculated(part, known, where=where) for name, part in setting.items()}
    return setting


def names_in(formula: str) -> frozenset[str]:
    """The names that a formula uses; none if it cannot be read."""
    try:
        tree = parsed(formula[1:].strip(), "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - {*_CALLED}


def names_used(*settings: Setting) -> frozenset[str]:
    """The names that settings use in their formulas, also in those of lists."""
    found: set[str] = set()
    for setting in settings:
        if isinstance(setting, str) and setting.startswith("="):
            found |= names_in(setting)
        elif isinstance(setting, list):
            found |= names_used(*setting)
        elif isinstance(setting, dict):
            found |= names_used(*setting.values())
    return frozenset(found)


def substituted(setting: Setting, values: Mapping[str, Setting]) -> Setting:
    """The setting with other values, or formulas, in the places of names. A formula that needs no
    name any more is worked out. Raises `BuildError`.
    """
    if isinstance(setting, list):
        return [substituted(part, values) for part in setting]
    if isinstance(setting, dict):
        return {name: substituted(part, values) for name, part in setting.items()}
    if not isinstance(setting, str) or not setting.startswith("="):
        return setting
    used = names_in(setting) & values.keys()
    if not used:
        return setting
    tree = parsed(setting[1:].strip(), "eval").body
    if isinstance(tree, ast.Name):
        return values[tree.id]
    code = {name: _as_code(values[name]) for name in used}
    try:
        formula = f"={ast.unparse(Renaming(code).visit(tree))}"
    except SyntaxError:
        raise BuildError(
            N_("“{formula}” cannot be read"),
            mend=N_("write it like =channels * 2"),
            formula=", ".join(code.values())[:LONGEST],
        ) from None
    return formula if names_in(formula) else calculated(formula, {}, where=setting)


class Renaming(ast.NodeTransformer):
    """Puts other expressions in the place of names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression that stands there instead."""
        return parsed(self._names.get(node.id, node.id), "eval").body


def _as_code(value: Setting) -> str:
    return value[1:].strip() if isinstance(value, str) and value.startswith("=") else repr(value)


def _worked_out(formula: str, known: Mapping[str, Setting], where: str) -> Setting:
    what, reason = N_("“{formula}” cannot be calculated: {reason}"), ""
    try:
        if len(formula) > LONGEST:
            raise SyntaxError
        found: Setting = _value(parsed(formula[1:].strip(), "eval").body, known)
    except SyntaxError:
        what = N_("“{formula}” cannot be read")
    except ZeroDivisionError:
        what = N_("“{formula}” divides by 0")
    except (OverflowError, RecursionError, MemoryError):
        what = N_("“{formula}” comes to too large a number")
    except (ValueError, TypeError, LookupError) as error:
        reason = str(error)
    else:
        return found
    raise BuildError(
        what,
        where=where,
        mend=N_("write it like =channels * 2, with the names: {names}"),
        formula=formula[:LONGEST],
        reason=reason,
        names=", ".join(known) or "-",
    )


def _value(node: ast.expr, known: Mapping[str, Setting]) -> Any:
    found = _raw(node, known)
    if isinstance(found, int | float) and abs(found) > LARGEST:
        raise OverflowError
    return found


def _raw(node: ast.expr, known: Mapping[str, Setting]) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _TWO:
            numbers = _number(_value(left, known)), _number(_value(right, known))
            if isinstance(op, ast.Pow) and abs(numbers[1]) > 64:
                raise OverflowError
            return _TWO[type(op)](*numbers)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _ONE:
            return _ONE[type(op)](_value(operand, known))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            return _COMPARED[type(op)](_value(left, known), _value(right, known))
        case ast.BoolOp(op=op, values=parts):
            check = all if isinstance(op, ast.And) else any
            return check(_value(part, known) for part in parts)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _value(body if _value(test, known) else other, known)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLED:
            return _CALLED[name](*[_number(_value(arg, known)) for arg in args])
        case ast.Subscript(value=value, slice=place):
            return _value(value, known)[_value(place, known)]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [_value(part, known) for part in parts]
    raise ValueError(f"“{ast.unparse(node)}”")


def _number(value: object) -> Any:
    if not isinstance(value, int | float):
        raise TypeError(f"“{value}”")
    return value
