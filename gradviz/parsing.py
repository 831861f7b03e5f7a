"""Python's own parser, from any thread."""

from __future__ import annotations

import ast
from typing import Literal, overload

TRIES = 10


@overload
def parsed(source: str | bytes) -> ast.Module: ...
@overload
def parsed(source: str | bytes, mode: Literal["eval"]) -> ast.Expression: ...


def parsed(source: str | bytes, mode: str = "exec") -> ast.AST:
    """The tree of a text; nothing is run. Raises what `ast.parse` does for what is no Python.

    Python 3.11 counts how deep it is for all threads together, and raises `SystemError` in one that
    is interrupted by another that parses (python/cpython#106905): that one tries again.
    """
    for _ in range(TRIES - 1):
        try:
            return ast.parse(source, mode=mode)
        except SystemError:
            continue
    return ast.parse(source, mode=mode)
