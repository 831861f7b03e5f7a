"""Python code in colours. Pygments is loaded when first asked: it would delay the first paint."""

from __future__ import annotations

from functools import cache

from gradviz.render.theme import Theme


def coloured(code: str, theme: Theme) -> list[tuple[str, str]]:
    """The pieces of a line, each with its colour."""
    inks = {"word": theme.accent, "text": theme.output_line, "number": theme.gradient}
    return [(piece, inks.get(role, theme.text)) for piece, role in _pieces(code)]


@cache
def _pieces(code: str) -> tuple[tuple[str, str], ...]:
    if not code or code.isspace():
        return ((code, ""),) if code else ()
    from pygments.lexers.python import PythonLexer
    from pygments.token import Keyword, Number, Operator, String

    roles = {Keyword: "word", Operator.Word: "word", String: "text", Number: "number"}
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    return tuple(
        (piece, next((role for parent, role in roles.items() if kind in parent), ""))
        for kind, piece in lexer.get_tokens(code)
    )
