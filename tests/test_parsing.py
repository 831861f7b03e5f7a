"""Python's parser, which may be interrupted by itself."""

from __future__ import annotations

import ast

import pytest

from gradviz.parsing import parsed


def test_a_text_is_parsed_again_where_threads_were_miscounted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = iter([SystemError("AST constructor recursion depth mismatch"), ast.Module([], [])])

    def parse(source: str, mode: str) -> ast.AST:
        found = next(tries)
        if isinstance(found, SystemError):
            raise found
        return found

    monkeypatch.setattr("gradviz.parsing.ast.parse", parse)
    assert isinstance(parsed("a = 1"), ast.Module)


def test_what_is_no_python_is_told_as_ever() -> None:
    with pytest.raises(SyntaxError):
        parsed("a +", "eval")
