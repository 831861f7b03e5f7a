"""Tables as they are read: one block of rows after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

from gradviz.data.reading.cells import Cells
from gradviz.data.reading.files import File

Holds: TypeAlias = Literal["number", "text", "other"]
"""What is in a column; ``other`` are lists, dates and the like."""


class Block(NamedTuple):
    """Some rows in a row: where they can be found again, the number of each as a spreadsheet counts
    them, and the columns that were asked for.
    """

    place: int
    rows: Sequence[int]
    cells: Sequence[Cells]


class Rows(Protocol):
    """A table in a file. ``budget`` is how many bytes of blocks to hold."""

    file: File
    names: tuple[str, ...]
    holds: tuple[Holds, ...]
    budget: int

    def whole(self, column: int, cells: Cells) -> bool:
        """Whether that part of the column holds whole numbers alone."""

    def blocks(self, columns: Sequence[int]) -> Iterator[Block]:
        """All rows."""

    def block(self, place: int, columns: Sequence[int]) -> Block:
        """Those at a place again."""
