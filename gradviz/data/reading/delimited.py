"""Rows of CSV and TSV files, which are never held as a whole.

Python's own csv module parses them. A block is found again by the byte at which it begins.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice

from gradviz.data.reading.cells import Cells, whole
from gradviz.data.reading.dialect import Dialect
from gradviz.data.reading.files import File, opened
from gradviz.data.reading.lines import Lines
from gradviz.data.reading.rows import Block, Holds
from gradviz.errors import DataError
from gradviz.i18n import N_

EVERY = 32
"""How many rows a block has: few enough to parse for one sample, many enough for a short index."""


class DelimitedRows:
    """The rows of a text file, in its dialect."""

    budget = 1 << 24

    def __init__(self, file: File, dialect: Dialect) -> None:
        self.file = file
        self.dialect = dialect
        self.names = dialect.names
        self.holds: tuple[Holds, ...] = tuple(
            "number" if each else "text" for each in dialect.numeric
        )

    def whole(self, column: int, cells: Cells) -> bool:
        return whole(cells)

    def blocks(self, columns: Sequence[int]) -> Iterator[Block]:
        with opened(self.file) as stream:
            lines = Lines(self.file, stream, self.dialect.begin, self.dialect.encoding)
            reader = self._reader(lines)
            row = 1
            if self.dialect.header:
                row += self._past_header(reader, lines)
            while True:
                place = lines.offset
                records = self._records(reader, lines)
                if not records:
                    return
                block = self._block(place, row, records, columns)
                row += len(records)
                if block.rows:
                    yield block

    def block(self, place: int, columns: Sequence[int]) -> Block:
        with opened(self.file) as stream:
            lines = Lines(self.file, stream, place, self.dialect.encoding)
            return self._block(place, 1, self._records(self._reader(lines), lines), columns)

    def _reader(self, lines: Lines) -> Iterator[list[str]]:
        return csv.reader(
            iter(lines),
            delimiter=self.dialect.delimiter,
            skipinitialspace=self.dialect.spaced,
            strict=True,
        )

    def _past_header(self, reader: Iterator[list[str]], lines: Lines) -> int:
        """How many rows the header takes, with the empty ones before it."""
        count = 1
        while not self._records(reader, lines, 1)[0]:
            count += 1
        return count

    def _records(
        self, reader: Iterator[list[str]], lines: Lines, count: int = EVERY
    ) -> list[list[str]]:
        """The next rows. Raises `DataError` for what the csv module refuses."""
        try:
            return list(islice(reader, count))
        except csv.Error as error:
            raise DataError(
                N_("line {line} cannot be read: {reason}"),
                where=str(self.file),
                mend=N_("close each quote, and end rows with a line break"),
                line=lines.number,
                reason=error,
            ) from error

    def _block(
        self, place: int, row: int, records: list[list[str]], columns: Sequence[int]
    ) -> Block:
        rows: Sequence[int] = range(row, row + len(records))
        if set(map(len, records)) != {len(self.names)}:
            rows, records = self._checked(row, records)
        cells = list(zip(*records, strict=True)) or [()] * len(self.names)
        return Block(place, rows, [cells[column] for column in columns])

    def _checked(self, row: int, records: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        """Without empty rows. Raises `DataError` for one of another width."""
        kept = [(number, each) for number, each in enumerate(records, row) if each]
        for number, each in kept:
            if len(each) != len(self.names):
                raise DataError(
                    N_("row {row} has {count} cells, not {width}"),
                    where=str(self.file),
                    mend=N_("correct the row; put a cell that holds “{delimiter}” into quotes"),
                    row=number,
                    count=len(each),
                    width=len(self.names),
                    delimiter=self.dialect.delimiter,
                )
        return [number for number, _ in kept], [each for _, each in kept]
