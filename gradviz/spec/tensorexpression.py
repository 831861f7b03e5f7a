"""Expressions over tensors, ``torch.tanh(a) * torch.sigmoid(b)``, as far as one needs no torch.

The inputs of the block are called ``a``, ``b``, ``c`` and so on. What may stand in an expression,
and what it computes, is read by `gradviz.blocks.tensorreader`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from gradviz.errors import ExpressionError
from gradviz.i18n import N_
from gradviz.spec.formula import Renaming
from gradviz.spec.pythontext import PythonText, as_line

MAX_LENGTH = 2000
"""Characters of an expression."""
EXAMPLE = N_("write it like: torch.tanh(a) * b")


def text_of(expression: str) -> PythonText:
    """The expression on one line. Raises `ExpressionError` for one that is too long."""
    text = as_line(expression)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            N_("an expression of {length} characters is too long (column {column})"),
            text=text,
            column=MAX_LENGTH + 1,
            mend=N_("use up to {limit}"),
            length=len(text),
            limit=MAX_LENGTH,
        )
    return PythonText(text)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of inputs in the order of the inputs: z stands before aa."""
    return tuple(sorted(names, key=lambda name: (len(name), name)))


def with_names(expression: str, names: Mapping[str, str]) -> str:
    """The expression with other expressions in the place of its inputs."""
    tree = text_of(expression).tree(EXAMPLE)
    return ast.unparse(Renaming(names).visit(tree))
