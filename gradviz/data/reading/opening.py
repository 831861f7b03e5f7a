"""A table's file, whichever of the forms it has."""

from __future__ import annotations

from gradviz.data.reading.delimited import DelimitedRows
from gradviz.data.reading.dialect import Header, dialect_of
from gradviz.data.reading.files import found, start
from gradviz.data.reading.parquet import MAGIC, ParquetRows
from gradviz.data.reading.rows import Rows
from gradviz.errors import DataError
from gradviz.i18n import N_

GZIP = b"\x1f\x8b"


def rows_of(path: str, *, encoding: str, delimiter: str, header: Header) -> Rows:
    """The rows of a CSV, TSV or Parquet file; its content says which it is. Raises `DataError`."""
    file = found(path)
    begins = start(file, len(MAGIC))
    if begins == MAGIC:
        return ParquetRows(file)
    if begins.startswith(GZIP):
        raise DataError(
            N_("it is packed with gzip, where no row can be found again"),
            where=path,
            mend=N_("unpack it: gunzip FILE"),
        )
    return DelimitedRows(
        file, dialect_of(file, encoding=encoding, delimiter=delimiter, header=header)
    )
