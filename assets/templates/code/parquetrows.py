"""What a project with a Parquet file has in its code: its rows, read without gradviz."""

from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq


def table_rows(path: str, columns: tuple[str, ...] = ()) -> Iterator[list[Any]]:
    """The cells of each row in the columns of those names, or in all."""
    file = pq.ParquetFile(path)
    names = list(columns or file.schema_arrow.names)
    for batch in file.iter_batches(columns=names):
        cells = [batch.column(name).to_pylist() for name in names]
        yield from map(list, zip(*cells, strict=True))
