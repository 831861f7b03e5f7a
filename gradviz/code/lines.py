"""Lines of code, and which block each is of."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Line(Struct, frozen=True):
    """A line of code, and the block that it is of; empty for none."""

    text: str
    block: str = ""


def indented(lines: Iterable[Line], levels: int = 1) -> list[Line]:
    """The lines further right."""
    return [Line("    " * levels + line.text if line.text else "", line.block) for line in lines]
