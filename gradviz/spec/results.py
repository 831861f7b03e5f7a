"""How Python takes apart what a module gives: ``y``, ``output, (h, c)``, ``{logits, aux}``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from gradviz.errors import WrongValueError
from gradviz.i18n import N_
from gradviz.parsing import parsed

UNUSED = "_"
"""The name of what is left out: it may be anything, also no tensor."""


class Leaf(Struct, frozen=True):
    """One tensor, by its name."""

    name: str


class Row(Struct, frozen=True):
    """A tuple, named tuple or list of these."""

    parts: tuple[Results, ...]


class Keys(Struct, frozen=True):
    """A dict's values of some keys."""

    parts: tuple[tuple[str, Results], ...]


class Fields(Struct, frozen=True):
    """An object's attributes, of a data class for instance; ``of`` is what that is called."""

    of: str
    parts: tuple[tuple[str, Results], ...]


Results: TypeAlias = Leaf | Row | Keys | Fields


def results_of(pattern: str, *, where: str = "outputs") -> Results:
    """The pattern read: names, in parentheses and commas for a tuple, in braces for a dict
    (``{logits, aux}``, or ``{logits: y, aux: (a, b)}``), after the name of a data class for its
    fields (``Output(logits, aux)``, or ``Output(logits=y)``), each in the others.

    Raises `WrongValueError` for anything else, and for a name that is there twice.
    """
    try:
        found = _results(parsed(pattern, "eval").body)
        names = names_of(found)
        if not names or len(set(names)) < len(names):
            raise ValueError
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise WrongValueError(
            N_("“{pattern}” does not say how results are taken apart"),
            where=where,
            mend=N_("write it like one of: {known}"),
            pattern=pattern,
            known="y · output, (h, c) · {logits, aux} · Output(logits, aux)",
        ) from error
    return found


def names_of(results: Results) -> tuple[str, ...]:
    """The names of the tensors, from left to right."""
    return tuple(leaf.name for leaf in _leaves(results) if leaf.name != UNUSED)


def _leaves(results: Results) -> Iterator[Leaf]:
    if isinstance(results, Leaf):
        yield results
    elif isinstance(results, Row):
        for part in results.parts:
            yield from _leaves(part)
    else:
        for _, part in results.parts:
            yield from _leaves(part)


def _results(node: ast.expr) -> Results:
    match node:
        case ast.Name(id=name):
            return Leaf(name)
        case ast.Tuple(elts=parts) if parts:
            return Row(tuple(map(_results, parts)))
        case ast.Set(elts=parts) if parts:
            return Keys(tuple((_name(part), _results(part)) for part in parts))
        case ast.Dict(keys=keys, values=parts) if keys:
            pairs = zip(keys, parts, strict=True)
            return Keys(tuple((_name(key), _results(part)) for key, part in pairs))
        case ast.Call(func=ast.Name(id=of), args=parts, keywords=more) if parts or more:
            named = [(each.arg, each.value) for each in more]
            fields = [*((_name(part), part) for part in parts), *named]
            return Fields(
                of, tuple((field or _name(None), _results(part)) for field, part in fields)
            )
    raise ValueError


def _name(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str(name)):
            return name
    raise ValueError
