"""The exported code with what each of its lines is of."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import black
from msgspec import Struct

from gradviz.code.lines import Line
from gradviz.parsing import parsed

WIDTH = 100
"""Characters of a line."""


class Span(Struct, frozen=True):
    """Lines of the code, counted from 1, that are of a block; of one in the composite ``within``,
    or of the model itself.
    """

    first: int
    last: int
    block: str
    within: str = ""


class Listing(Struct, frozen=True):
    """The code, and which of its lines are of which blocks, from top to bottom."""

    text: str
    spans: tuple[Span, ...]

    def lines_of(self, block: str, within: str = "") -> tuple[int, ...]:
        """The numbers of the lines that are of a block."""
        return tuple(
            line
            for span in self.spans
            if (span.block, span.within) == (block, within)
            for line in range(span.first, span.last + 1)
        )

    def at(self, line: int) -> Span | None:
        """What a line is of."""
        return next((span for span in self.spans if span.first <= line <= span.last), None)


def formatted(lines: Sequence[Line], model: str) -> Listing:
    """The lines as black writes them; ``model`` is the name of the class that is the model.

    Black changes no statement, so the blocks of statements are found again by their order.
    """
    raw = "\n".join(line.text for line in lines)
    text = black.format_str(raw, mode=black.Mode(line_length=WIDTH))
    spans = _spans(parsed(raw).body, parsed(text).body, lines, model, "")
    return Listing(text, tuple(spans))


def _spans(
    before: Sequence[ast.stmt],
    after: Sequence[ast.stmt],
    lines: Sequence[Line],
    model: str,
    within: str,
) -> Iterator[Span]:
    for old, new in zip(before, after, strict=True):
        here = within
        if isinstance(old, ast.ClassDef):
            here = "" if old.name == model else old.name
        inner: list[ast.stmt] = getattr(new, "body", [])
        block = lines[old.lineno - 1].block
        if block:
            last = inner[0].lineno - 1 if inner else new.end_lineno or new.lineno
            yield Span(new.lineno, last, block, here)
        yield from _spans(getattr(old, "body", []), inner, lines, model, here)
