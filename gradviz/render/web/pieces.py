"""Pieces of SVG that a page is put together from, each once."""

from __future__ import annotations

import re

from gradviz.render.drawing import Item
from gradviz.render.write.svg import FAMILIES, elements, hatches

_PARTS = re.compile(r"<[^>]*>|[^<]+")


class Pieces:
    """Pieces of SVG, each once, and the patterns that they fill boxes with. Colours and fonts are
    those of the page. A piece is a row of ``parts``, elements and texts that many of them share.
    """

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, ...], int] = {}
        self.parts: dict[str, int] = {}
        self.patterns: set[str] = set()

    def add(self, items: tuple[Item, ...]) -> int:
        """The number of the piece that shows the items."""
        self.patterns.add(hatches(items))
        text = elements(items)
        for family, names in FAMILIES.items():
            text = text.replace(f'font-family="{names}"', f'class="{family}"')
        parts = _PARTS.findall(text)
        piece = tuple(self.parts.setdefault(part, len(self.parts)) for part in parts)
        return self.numbers.setdefault(piece, len(self.numbers))
