"""A text that is read as an expression of Python: its tree, and where each part of it stands."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Iterable
from typing import NoReturn

from gradviz.errors import ExpressionError
from gradviz.i18n import N_
from gradviz.parsing import parsed


class PythonText:
    """One line of Python, which is never compiled: only its tree is looked at."""

    def __init__(self, text: str) -> None:
        self.text = text

    def tree(self, mend: str) -> ast.expr:
        """What the text is. Raises `ExpressionError` for one that is not Python."""
        column = len(self.text) + 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return parsed(self.text, "eval").body
        except SyntaxError as error:
            column = min(error.offset or column, column)
        except (ValueError, MemoryError, RecursionError):
            pass
        raise ExpressionError(
            N_("this cannot be read (column {column})"), text=self.text, column=column, mend=mend
        )

    def check_depth(self, tree: ast.expr, most: int) -> None:
        """Refuse what is nested too deeply for a recursion over it."""
        level: list[ast.AST] = [tree]
        for _ in range(most):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            if not level:
                return
        self.wrong(tree, N_("too much is nested here (column {column})"), N_("take it apart"))

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        return ast.get_source_segment(self.text, node) or self.text

    def wrong(self, node: ast.AST, what: str, mend: str = "", **fields: object) -> NoReturn:
        """Complain about a node."""
        before = self.text.encode()[: getattr(node, "col_offset", 0)]
        raise ExpressionError(
            what,
            text=self.text,
            column=len(before.decode()) + 1,
            mend=mend,
            part=self.source(node),
            **fields,
        )

    def unknown(
        self, node: ast.AST, what: str, word: object, known: Iterable[str], **fields: object
    ) -> NoReturn:
        """Complain about a word that we do not have, and propose near ones."""
        near = difflib.get_close_matches(str(word), list(known), n=3, cutoff=0.5)
        names = ", ".join(near or known)
        self.wrong(node, what, N_("take one of: {known}"), word=word, known=names, **fields)


def as_line(text: str) -> str:
    """The text on one line, and without what cannot be written to a file."""
    return re.sub(r"\s", " ", text.encode("utf-8", "replace").decode()).strip()
