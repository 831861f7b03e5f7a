"""Reads the tree of a condition: each node of the table becomes a term, others are refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from gradviz.i18n import N_
from gradviz.spec.pythontext import PythonText
from gradviz.spec.terms import (
    ARITHMETIC,
    COMPARISONS,
    Ask,
    Term,
    both,
    comparable,
    every,
    one,
    some,
)
from gradviz.spec.vocabulary import FUNCTIONS, METHODS, NAMES, Kind, Word

MAX_DEPTH = 25
_REFUSED = N_("“{part}” is not part of the language (column {column})")
_NO_FUNCTION = N_("there is no function “{word}” (column {column})")


class Reader(PythonText):
    """Translates the nodes of one text into terms; ``known`` are the names that it may use."""

    def __init__(self, text: str, known: Mapping[str, Word] = NAMES) -> None:
        super().__init__(text)
        self.known = known
        self.names: dict[str, None] = {}

    def read(self, node: ast.AST, kind: Kind | None = None) -> Term:
        """The term of a node; with ``kind``, it must be of that kind."""
        if type(node) not in _READ:
            self.wrong(node, _REFUSED, hint(self.text))
        term = _READ[type(node)](self, node)
        if kind is not None and term.kind != kind:
            self.wrong(node, *_IS_NOT[kind])
        return term


def hint(text: str) -> str:
    """What people write who come from other languages."""
    if re.search(r"(?<![=!<>:])=(?!=)|===|\bis\b", text):
        return N_("compare with ==")
    if re.search(r"[&|^~]", text) or "!" in text.replace("!=", ""):
        return N_("write “and”, “or”, “not” as words")
    return N_('write it like: phase == "backward" and grad_norm > 100')


_IS_NOT: dict[Kind, tuple[str, str]] = {
    "number": (N_("“{part}” is no number (column {column})"), ""),
    "text": (N_("“{part}” is no text (column {column})"), N_("put texts in quotes")),
    "shape": (N_("“{part}” is no shape (column {column})"), N_("write a shape like (16, 10)")),
    "texts": (N_("“{part}” are no texts (column {column})"), N_('write them like ("a", "b")')),
    "truth": (
        N_("“{part}” is neither true nor false (column {column})"),
        N_("compare it with something: {part} > 100"),
    ),
}


def _constant(reader: Reader, node: ast.Constant) -> Term:
    value = node.value
    if isinstance(value, bool):
        return Term("truth", lambda ask: value)
    if isinstance(value, str):
        return Term("text", lambda ask: value)
    if not isinstance(value, int | float):
        reader.wrong(node, _REFUSED, hint(reader.text))
    if value > 1e300:
        reader.wrong(node, N_("“{part}” is too large a number (column {column})"))
    number = float(value)
    return Term("number", lambda ask: number)


def _name(reader: Reader, node: ast.Name) -> Term:
    name = node.id
    if name not in reader.known:
        what = N_("there is no name “{word}” (column {column})")
        reader.unknown(node, what, name, reader.known)
    reader.names[name] = None
    word = reader.known[name]
    return Term(word.kind, lambda ask: ask(name), word.computed)


def _several(reader: Reader, node: ast.Tuple | ast.List) -> Term:
    terms = [reader.read(part) for part in node.elts]
    kind: Kind = "text" if terms and terms[0].kind == "text" else "number"
    for part, term in zip(node.elts, terms, strict=True):
        if term.kind != kind:
            reader.wrong(part, *_IS_NOT[kind])
    parts = [term.compute for term in terms]

    def compute(ask: Ask) -> tuple[Any, ...] | None:
        values = tuple(part(ask) for part in parts)
        return None if any(value is None for value in values) else values

    return Term("texts" if kind == "text" else "shape", compute, any(term.costly for term in terms))


def _subscript(reader: Reader, node: ast.Subscript) -> Term:
    shape = reader.read(node.value, "shape")
    place = _whole(node.slice)
    if place is None:
        what = N_("“{part}” is no place in a shape (column {column})")
        reader.wrong(node.slice, what, N_("write shape[0], or shape[-1] for the last"))
    start = place

    def at(sizes: tuple[float, ...]) -> float | None:
        return sizes[start] if -len(sizes) <= start < len(sizes) else None

    return Term("number", one(at, shape), shape.costly)


def _whole(node: ast.expr) -> int | None:
    """The whole number that is written there."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _whole(node.operand)
        return None if number is None else -number
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _call(reader: Reader, node: ast.Call) -> Term:
    if isinstance(node.func, ast.Attribute):
        return _method(reader, node, node.func)
    name = node.func.id if isinstance(node.func, ast.Name) else reader.source(node.func)
    if name not in FUNCTIONS:
        reader.unknown(node, _NO_FUNCTION, name, FUNCTIONS)
    function = FUNCTIONS[name]
    term = reader.read(_argument(reader, node), function.takes)
    return Term(function.gives, one(function.compute, term), term.costly)


def _method(reader: Reader, node: ast.Call, function: ast.Attribute) -> Term:
    if function.attr not in METHODS:
        reader.unknown(function, _NO_FUNCTION, function.attr, METHODS)
    text = reader.read(function.value, "text")
    wanted = reader.read(_argument(reader, node), "text")
    return Term("truth", both(METHODS[function.attr], text, wanted), text.costly)


def _argument(reader: Reader, node: ast.Call) -> ast.expr:
    if node.keywords or len(node.args) != 1:
        reader.wrong(node, N_("“{part}” must have one argument (column {column})"))
    return node.args[0]


def _binary(reader: Reader, node: ast.BinOp) -> Term:
    if type(node.op) not in ARITHMETIC:
        reader.wrong(node, _REFUSED, hint(reader.text))
    left, right = reader.read(node.left, "number"), reader.read(node.right, "number")
    function = ARITHMETIC[type(node.op)]
    return Term("number", both(function, left, right), left.costly or right.costly)


def _unary(reader: Reader, node: ast.UnaryOp) -> Term:
    kind, function = _UNARY.get(type(node.op), (None, None))
    if kind is None or function is None:
        reader.wrong(node, _REFUSED, hint(reader.text))
    term = reader.read(node.operand, kind)
    return Term(kind, one(function, term), term.costly)


_UNARY: dict[type[ast.unaryop], tuple[Kind, Callable[[Any], Any]]] = {
    ast.Not: ("truth", lambda value: not value),
    ast.USub: ("number", lambda value: -value),
    ast.UAdd: ("number", lambda value: value),
}


def _logic(reader: Reader, node: ast.BoolOp) -> Term:
    """The order of the parts does not matter, so those that need no tensor come first."""
    terms = sorted((reader.read(part, "truth") for part in node.values), key=lambda t: t.costly)
    parts = [term.compute for term in terms]
    join = every if isinstance(node.op, ast.And) else some
    return Term("truth", join(parts), any(term.costly for term in terms))


def _compare(reader: Reader, node: ast.Compare) -> Term:
    nodes = [node.left, *node.comparators]
    terms = [reader.read(part) for part in nodes]
    parts = []
    for i, operator in enumerate(node.ops):
        if type(operator) not in COMPARISONS:
            reader.wrong(node, _REFUSED, hint(reader.text))
        if not comparable(operator, terms[i].kind, terms[i + 1].kind):
            reader.wrong(
                nodes[i + 1],
                N_("“{left}” and “{part}” cannot be compared like this (column {column})"),
                N_("compare numbers with numbers, texts with texts, and use “in” for several"),
                left=reader.source(nodes[i]),
            )
        _check_among(reader, operator, nodes[i], nodes[i + 1])
        parts.append(both(COMPARISONS[type(operator)], terms[i], terms[i + 1]))
    return Term("truth", every(parts), any(term.costly for term in terms))


def _check_among(reader: Reader, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> None:
    """Refuse a text that the name on the other side can never be."""
    if isinstance(right, ast.Name) and not isinstance(operator, ast.In | ast.NotIn):
        left, right = right, left
    among = reader.known[left.id].among if isinstance(left, ast.Name) else ()
    parts = right.elts if isinstance(right, ast.Tuple | ast.List) else [right]
    for part in parts:
        if among and isinstance(part, ast.Constant) and part.value not in among:
            what = N_("“{word}” is no {name} (column {column})")
            reader.unknown(part, what, part.value, among, name=reader.source(left))


_READ: dict[type[ast.AST], Callable[[Reader, Any], Term]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _several,
    ast.List: _several,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _compare,
}
"""The whole language: each node that is read, and how. Nothing else is."""
