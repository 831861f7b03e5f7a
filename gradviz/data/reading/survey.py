"""One pass over all rows of a table: which can be used, where they are, and what is in them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from gradviz.data.letters import Skipped
from gradviz.data.reading.cells import Cells, NoNumberError, numbers
from gradviz.data.reading.rows import Block, Rows
from gradviz.data.reading.skipped import keep
from gradviz.errors import DataError
from gradviz.i18n import N_

Missing: TypeAlias = Literal["error", "drop", "zero"]
"""What is done about a cell that is empty or not known."""
CLASSES = 10_000
"""The most classes that a column of texts may have."""


class Column(NamedTuple):
    """A column that is used: its place in the file, whether it is read as numbers, and whether its
    texts are classes.
    """

    place: int
    number: bool
    classes: bool = False


class Part(NamedTuple):
    """The usable rows of a block: float64 for a column of numbers, a list of texts for others.
    ``kept`` are their places in the block, if they are not all.
    """

    columns: list[Any]
    length: int
    kept: list[int] | None = None


class Survey:
    """What the pass found.

    ``count`` usable rows, ``whole`` of each column of numbers whether they are all whole ones,
    ``classes`` of each column of classes, sorted. Only the place of each block is kept. Raises
    `DataError` for a cell that is wrong or missing, with its row and column.
    """

    def __init__(self, rows: Rows, columns: Sequence[Column], missing: Missing) -> None:
        self.rows = rows
        self.columns = tuple(columns)
        self.missing = missing
        self.skipped: list[Skipped] = []
        self.whole = {column.place: True for column in columns if column.number}
        self.classes: dict[int, tuple[str, ...]] = {}
        self._asked = [column.place for column in columns]
        self._places, self._starts = array("q"), array("q")
        self.count = 0
        seen: dict[int, set[str]] = {column.place: set() for column in columns if column.classes}
        for block in rows.blocks(self._asked):
            self._look(block, seen)
        if not self.count:
            raise DataError(
                N_("each row lacks something"),
                where=str(rows.file),
                mend=N_("choose other columns, or set missing to “zero”"),
            )
        self.classes = {place: _sorted(found) for place, found in seen.items()}

    def find(self, index: int) -> tuple[int, int]:
        """The block of a usable row, and its place there."""
        at = bisect_right(self._starts, index) - 1
        return at, index - self._starts[at]

    def part(self, at: int) -> Part:
        """The usable rows of a block, read again."""
        return self._usable(self.rows.block(self._places[at], self._asked), told=None)

    def _look(self, block: Block, seen: dict[int, set[str]]) -> None:
        part = self._usable(block, told=self.skipped)
        for column, cells, values in zip(self.columns, block.cells, part.columns, strict=True):
            if column.number and self.whole[column.place]:
                cells = cells if part.kept is None else _chosen(cells, part.kept)
                self.whole[column.place] = self.rows.whole(column.place, cells)
            if column.classes:
                found = seen[column.place]
                found.update(values)
                if len(found) > CLASSES:
                    raise DataError(
                        N_("column “{column}” has more than {most} different texts"),
                        where=str(self.rows.file),
                        mend=N_("choose another column as target: each text of it is a class"),
                        column=self.rows.names[column.place],
                        most=CLASSES,
                    )
        if part.length:
            self._places.append(block.place)
            self._starts.append(self.count)
            self.count += part.length

    def _usable(self, block: Block, *, told: list[Skipped] | None) -> Part:
        values = [self._read(block, *each) for each in zip(self.columns, block.cells, strict=True)]
        gone = [_missing(each) for each in values]
        if not any(each.any() for each in gone):
            return Part(values, len(block.rows))
        if self.missing == "zero":
            return Part(
                [_filled(*each) for each in zip(values, gone, strict=True)], len(block.rows)
            )
        if self.missing == "error":
            self._complain(block, gone)
        kept = ~np.logical_or.reduce(gone)
        if told is not None:
            for place in np.flatnonzero(~kept).tolist():
                lacking = next(i for i, each in enumerate(gone) if each[place])
                name = self.rows.names[self.columns[lacking].place]
                keep(told, f"row {block.rows[place]}", f"{name} is missing")
        places = np.flatnonzero(kept).tolist()
        return Part([_chosen(each, places) for each in values], len(places), places)

    def _read(self, block: Block, column: Column, cells: Cells) -> Any:
        if not column.number:
            return list(map(_text, cells)) if isinstance(cells, np.ndarray) else list(cells)
        try:
            return numbers(cells)
        except NoNumberError as error:
            shown = error.cell if len(error.cell) <= 40 else f"{error.cell[:39]}…"
            raise DataError(
                N_("row {row}, column “{column}”: “{cell}” is no number"),
                where=str(self.rows.file),
                mend=N_("correct it, or leave the column out"),
                row=block.rows[error.place],
                column=self.rows.names[column.place],
                cell=shown,
            ) from error

    def _complain(self, block: Block, gone: Sequence[np.ndarray[Any, Any]]) -> None:
        lacking = next(i for i, each in enumerate(gone) if each.any())
        place = int(np.flatnonzero(gone[lacking])[0])
        raise DataError(
            N_("row {row}, column “{column}”: the value is missing"),
            where=str(self.rows.file),
            mend=N_("fill it in; or set missing to “drop” to leave out such rows, or to “zero”"),
            row=block.rows[place],
            column=self.rows.names[self.columns[lacking].place],
        )


def _text(number: float) -> str:
    """A number as the name of a class."""
    if np.isnan(number):
        return ""
    return str(int(number)) if number == np.floor(number) else str(number)


def _missing(values: Any) -> np.ndarray[Any, Any]:
    if isinstance(values, np.ndarray):
        return np.isnan(values)
    return np.array([not value for value in values], bool)


def _filled(values: Any, gone: np.ndarray[Any, Any]) -> Any:
    return np.where(gone, 0.0, values) if isinstance(values, np.ndarray) else values


def _chosen(values: Any, places: list[int]) -> Any:
    if isinstance(values, np.ndarray):
        return values[places]
    return [values[place] for place in places]


def _sorted(texts: set[str]) -> tuple[str, ...]:
    """By their numbers if all are some, else as texts."""
    try:
        return tuple(sorted(texts, key=lambda text: (float(text), text)))
    except ValueError:
        return tuple(sorted(texts))
