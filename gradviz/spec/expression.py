"""Conditions over an event: ``phase == "backward" and grad_norm > 100``.

A small part of Python's expressions: comparisons, ``and``, ``or``, ``not``, arithmetic, and the
words of `gradviz.spec.vocabulary`. Python's parser reads the text; what it read is translated node
by node into functions of our own, and a node that is not in the table is refused. Nothing of the
text is ever compiled or evaluated by Python, there are no attributes, no loops and no assignments,
and all numbers are floats: so a condition can run no code and takes no time to speak of.

Every term has a kind, so a mistake is told when the text is read and not in the middle of a run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import ExpressionError
from gradviz.i18n import N_
from gradviz.spec.pythontext import as_line
from gradviz.spec.reader import MAX_DEPTH, Reader, hint
from gradviz.spec.terms import Ask, Compute
from gradviz.spec.vocabulary import NAMES, OF_A_NODE, Word

MAX_LENGTH = 500
About: TypeAlias = Literal["event", "node"]
VOCABULARIES: dict[About, Mapping[str, Word]] = {"event": NAMES, "node": OF_A_NODE}
"""The names that a condition may use, by what it is about."""


class Expression(Struct, frozen=True):
    """A condition that was read and understood.

    ``names`` are those that it asks for. ``wants`` are texts of which one must be the name's, or
    the condition is never true: ``op in ("relu", "linear")`` wants ``("op", ("relu", "linear"))``.
    ``parts`` are what stands between its outermost ``and``, those that need no tensor first.
    """

    text: str
    names: tuple[str, ...]
    wants: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[Compute, ...]

    def holds(self, ask: Ask) -> bool:
        """Whether the condition is true.

        A comparison with a name that does not apply is neither true nor false: ``or`` can still be
        true by its other side, ``not`` does not make it true, and the whole is then not true.
        """
        return all(part(ask) is True for part in self.parts)


@lru_cache(maxsize=256)
def parse(text: str, about: About = "event") -> Expression:
    """Read a condition; raises `ExpressionError` that names the column."""
    text = as_line(text)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            N_("a condition of {length} characters is too long (column {column})"),
            text=text,
            column=MAX_LENGTH + 1,
            mend=N_("use up to {limit}"),
            length=len(text),
            limit=MAX_LENGTH,
        )
    reader = Reader(text, VOCABULARIES[about])
    tree = reader.tree(_mend(text, about))
    reader.check_depth(tree, MAX_DEPTH)
    terms = sorted((reader.read(part, "truth") for part in _parts(tree)), key=lambda t: t.costly)
    wants = tuple(want for part in _parts(tree) for want in _wants(part))
    return Expression(text, tuple(reader.names), wants, tuple(term.compute for term in terms))


def _mend(text: str, about: About) -> str:
    mend = hint(text)
    if about == "node" and mend == hint(""):
        mend = N_("write it like: norm > 1")
    return mend


def _parts(tree: ast.expr) -> Iterable[ast.expr]:
    """What stands between the outermost ``and``; all of it must be true."""
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        for part in tree.values:
            yield from _parts(part)
    else:
        yield tree


def _wants(tree: ast.expr) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The name and the texts of a comparison for equality."""
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        return
    left, operator, right = tree.left, tree.ops[0], tree.comparators[0]
    if isinstance(operator, ast.Eq) and isinstance(right, ast.Name):
        left, right = right, left
    if isinstance(left, ast.Name) and isinstance(operator, ast.Eq | ast.In):
        texts = _texts(right, several=isinstance(operator, ast.In))
        if texts:
            yield left.id, texts


def _texts(node: ast.expr, *, several: bool) -> tuple[str, ...]:
    """The texts that are written there; ``"conv" in op`` looks into a text, so that is none."""
    parts = [node]
    if several:
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    values = [part.value for part in parts if isinstance(part, ast.Constant)]
    return tuple(value for value in values if isinstance(value, str))
