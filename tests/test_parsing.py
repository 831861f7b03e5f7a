"""Python's parser from several threads at once."""

from __future__ import annotations

import ast
import threading

import pytest

from gradviz.parsing import parsed


def test_threads_may_parse_at_the_same_time() -> None:
    deep = (
        "(" * 40 + "a" + ")" * 40 + " + [" + ", ".join("f(x[1:2], y=3)" for _ in range(200)) + "]"
    )
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(60):
                parsed(deep, "eval")
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_what_is_no_python_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SyntaxError):
        parsed("a +", "eval")
    tries = iter([SystemError("AST constructor recursion depth mismatch"), ast.Module([], [])])

    def parse(source: str, mode: str) -> ast.AST:
        found = next(tries)
        if isinstance(found, SystemError):
            raise found
        return found

    monkeypatch.setattr("gradviz.parsing.ast.parse", parse)
    assert isinstance(parsed("a = 1"), ast.Module)
