"""Pieces of a preview: items from (0, 0) down to a height, one below the other; and lines of text
that break where they reach the edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from gradviz.render import fonts
from gradviz.render.drawing import Font, Item, Text, placed

Piece: TypeAlias = "tuple[tuple[Item, ...], float]"
"""Items and how high they are together."""

TEXT, SMALL = 14.0, 13.0
"""Pixel sizes of texts."""
LINE = 1.4
"""Height of a line for its pixel size."""
GAP = 8.0
NOTHING: Piece = ((), 0.0)
_PARTS = re.compile(r"\S+\s*")


def stacked(pieces: Iterable[Piece], *, gap: float = GAP) -> Piece:
    """The pieces one below the other; those without a height are left out."""
    items: list[Item] = []
    height = 0.0
    for inside, high in pieces:
        if not high:
            continue
        top = height + (gap if height else 0.0)
        items += [placed(item, 0.0, top) for item in inside]
        height = top + high
    return tuple(items), height


def paragraph(
    text: str,
    width: float,
    *,
    colour: str,
    size: float = SMALL,
    bold: bool = False,
    most: int = 0,
    node: int | None = None,
) -> Piece:
    """A text in lines no wider than that, ``most`` of them at most."""
    if not text.strip():
        return NOTHING
    lines = broken(text, width, size=size, bold=bold)
    if most and len(lines) > most:
        rest = " ".join(lines[most - 1 :])
        lines = [*lines[: most - 1], fonts.elided(rest, width, size=size, bold=bold)]
    step = size * LINE
    items = tuple(
        Text(
            x=0.0, y=size + place * step, text=line, size=size, colour=colour, bold=bold, node=node
        )
        for place, line in enumerate(lines)
    )
    return items, len(lines) * step


def broken(
    text: str, width: float, *, size: float = SMALL, bold: bool = False, font: Font = "sans"
) -> list[str]:
    """The text in lines no wider than that; a word that is wider is broken itself."""
    lines, line = [], ""
    for word in _PARTS.findall(text[:5000]):
        if _fits(line + word.rstrip(), width, size, bold, font):
            line += word
            continue
        if line:
            lines.append(line.rstrip())
        while not _fits(word.rstrip(), width, size, bold, font):
            kept = _reach(word, width, size, bold, font)
            lines.append(word[:kept])
            word = word[kept:]
        line = word
    return [*lines, line.rstrip()] if line.strip() else lines


def family_of(text: str) -> Font:
    """The font of code, where that has the letters."""
    return "mono" if text.replace("…", "").isascii() else "sans"


def _reach(word: str, width: float, size: float, bold: bool, font: Font) -> int:
    """How many letters of a word there is room for; one at least."""
    low, high = 1, min(len(word), max(2, int(width)))
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(word[:middle], width, size, bold, font):
            low = middle
        else:
            high = middle - 1
    return low


def _fits(text: str, width: float, size: float, bold: bool, font: Font) -> bool:
    if len(text) <= 1:
        return True
    if len(text) > 2 * width:  # no letter is that narrow
        return False
    return fonts.width(text, family=font, size=size, bold=bold) <= width
