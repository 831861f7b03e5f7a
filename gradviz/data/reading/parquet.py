"""Rows of Parquet files; a block is one of the file's row groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gradviz.data.reading.cells import EXACT, Cells
from gradviz.data.reading.extras import needed
from gradviz.data.reading.files import File, opened, unreadable
from gradviz.data.reading.rows import Block, Holds
from gradviz.errors import DataError
from gradviz.i18n import N_

MAGIC = b"PAR1"
LARGEST = 1 << 26
"""The most cells of a row group, which is read as a whole."""
REFUSALS = (OSError, ValueError, KeyError, IndexError, TypeError, OverflowError, MemoryError)
"""What pyarrow raises for damaged files, beside its own errors."""


class ParquetRows:
    """The rows of a Parquet file. Raises `DataError` for what pyarrow cannot read."""

    budget = 1 << 28

    def __init__(self, file: File) -> None:
        self.file = file
        arrow = needed("pyarrow", "tables", where=str(file))
        with self._open() as parquet:
            schema, metadata = parquet.schema_arrow, parquet.metadata
            self.counts = [
                metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)
            ]
        self.names: tuple[str, ...] = tuple(schema.names)
        self.holds: tuple[Holds, ...] = tuple(_holds(arrow.types, each) for each in schema.types)
        self._whole = [
            arrow.types.is_integer(each) or arrow.types.is_boolean(each) for each in schema.types
        ]
        if len(set(self.names)) < len(self.names):
            raise DataError(
                N_("two columns are called “{name}”"),
                where=str(file),
                mend=N_("rename one"),
                name=next(name for name in self.names if self.names.count(name) > 1),
            )
        if not sum(self.counts):
            raise DataError(
                N_("there is no row of data in it"),
                where=str(file),
                mend=N_("give another file"),
            )

    def whole(self, column: int, cells: Cells) -> bool:
        if not self._whole[column] or not isinstance(cells, np.ndarray):
            return False
        return bool((np.abs(cells[~np.isnan(cells)]) <= EXACT).all())

    def blocks(self, columns: Sequence[int]) -> Iterator[Block]:
        first = 1
        for place, count in enumerate(self.counts):
            block = self.block(place, columns)
            yield Block(place, range(first, first + count), block.cells)
            first += count

    def block(self, place: int, columns: Sequence[int]) -> Block:
        count = self.counts[place]
        if count * max(1, len(columns)) > LARGEST:
            raise DataError(
                N_("its row group {place} has {count} rows, which are read at once"),
                where=str(self.file),
                mend=N_("write it with smaller ones: row_group_size=100_000"),
                place=place,
                count=count,
            )
        with self._open() as parquet:
            names = [self.names[column] for column in dict.fromkeys(columns)]
            table = parquet.read_row_group(place, columns=names)
            if table.num_rows != count:
                raise ValueError(f"row group {place} says {count} rows and has {table.num_rows}")
            cells = [
                _cells(table.column(self.names[column]), self.holds[column]) for column in columns
            ]
        return Block(place, range(1, count + 1), cells)

    def _open(self) -> _Parquet:
        return _Parquet(self.file)


class _Parquet:
    """pyarrow's file for a while, its errors in our words."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._arrow = needed("pyarrow", "tables", where=str(file))
        self._parquet = needed("pyarrow.parquet", "tables", where=str(file))

    def __enter__(self) -> Any:
        self._stream = opened(self._file)
        try:
            return self._parquet.ParquetFile(self._stream)
        except (self._arrow.ArrowException, *REFUSALS) as error:
            self._stream.close()
            raise unreadable(str(self._file), error) from error

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        self._stream.close()
        if isinstance(error, (self._arrow.ArrowException, *REFUSALS)):
            raise unreadable(str(self._file), error) from error


def _holds(types: Any, kind: Any) -> Holds:
    if types.is_dictionary(kind) and types.is_string(kind.value_type):
        return "text"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        return "number"
    if types.is_decimal(kind):
        return "number"
    return "text" if types.is_string(kind) or types.is_large_string(kind) else "other"


def _cells(column: Any, holds: Holds) -> Cells:
    if holds == "number":
        numbers = column.cast("float64", safe=False).to_numpy(zero_copy_only=False)
        return np.asarray(numbers, np.float64)
    return ["" if cell is None else cell for cell in column.to_pylist()]
