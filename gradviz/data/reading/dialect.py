"""How a text file writes its table: found by its first rows, where one does not say it."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.data.reading.cells import holds_numbers, is_number
from gradviz.data.reading.files import File, start
from gradviz.errors import DataError
from gradviz.i18n import N_

SAMPLE = 1 << 20
ROWS = 1000
DELIMITERS = (",", "\t", ";", "|")
ENCODINGS = ("utf-8", "cp949")
"""Those that are tried, in this order."""
Header: TypeAlias = Literal["auto", "yes", "no"]


class Dialect(Struct, frozen=True):
    """How the file is written, the names of its columns, and which of them hold numbers.

    ``begin`` is the byte at which the text begins. With ``spaced`` a space follows each delimiter.
    """

    encoding: str
    delimiter: str
    header: bool
    spaced: bool
    begin: int
    names: tuple[str, ...]
    numeric: tuple[bool, ...]


def dialect_of(file: File, *, encoding: str, delimiter: str, header: Header) -> Dialect:
    """What the first rows tell; what is given stays as it is. Raises `DataError` for a file that
    holds no table.
    """
    content = start(file, SAMPLE)
    begin = 3 if content.startswith(codecs.BOM_UTF8) else 0
    encoding, text = _decoded(file, content[begin:], encoding)
    if len(delimiter) > 1 or delimiter in ("\n", "\r", '"'):
        raise DataError(
            N_("“{delimiter}” cannot part the columns"),
            where=str(file),
            mend=N_("set delimiter to one character, or to nothing to have it found"),
            delimiter=delimiter,
        )
    whole = len(content) == file.size
    delimiter = delimiter or _delimiter(text, whole=whole)
    rows = _rows(text, delimiter, spaced=False, whole=whole)
    spaced = bool(rows) and len(rows[0]) > 1 and all(each.startswith(" ") for each in rows[0][1:])
    rows = _rows(text, delimiter, spaced=spaced, whole=whole) if spaced else rows
    named = not any(map(is_number, rows[0] if rows else ()))
    headed = header == "yes" or (header == "auto" and named)
    if len(rows) < 1 + headed:
        raise DataError(
            N_("there is no row of data in it"),
            where=str(file),
            mend=N_("give a file with a row a sample; set header to “no” if it has no names"),
        )
    width = len(rows[0])
    names = [name.strip() for name in rows[0]] if headed else [""] * width
    names = [name or f"column {place}" for place, name in enumerate(names, 1)]
    if len(set(names)) < width:
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise DataError(
            N_("two columns are called “{name}”"),
            where=str(file),
            mend=N_("rename one; set header to “no” if the first row holds no names"),
            name=twice,
        )
    columns = zip(*(row for row in rows[headed:] if len(row) == width), strict=True)
    numeric = tuple(map(holds_numbers, columns)) or (False,) * width
    return Dialect(encoding, delimiter, headed, spaced, begin, tuple(names), numeric)


def _decoded(file: File, content: bytes, encoding: str) -> tuple[str, str]:
    """The encoding, and the sample as text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise DataError(
            N_("it is no text in UTF-8: it holds NUL bytes or is UTF-16"),
            where=str(file),
            mend=N_("save it as UTF-8 (CSV UTF-8), or give a .csv, .tsv or .parquet file"),
        )
    if b"\n" not in content and b"\r" in content:
        content = content[:0]
    tried = (encoding,) if encoding else ENCODINGS
    for each in tried:
        try:
            b"a".decode(each)  # refuses codecs that are not of texts, such as zlib
            decoder = codecs.getincrementaldecoder(each)("strict")
            text = decoder.decode(content, final=len(content) >= file.size)
            if "\n".encode(each) == b"\n":
                return each, text
        except (LookupError, ValueError):
            continue
    raise DataError(
        N_("its text is not in {encoding}"),
        where=str(file),
        mend=N_("set encoding to that of the file, such as utf-8, cp949 or latin-1"),
        encoding=" / ".join(tried),
    )


def _delimiter(text: str, *, whole: bool) -> str:
    """The one that cuts most rows into equally many columns."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = Counter(map(len, _rows(text, delimiter, spaced=False, whole=whole)[:100]))
        if not widths:
            return 0.0, 0
        (width, rows), *_ = widths.most_common(1)
        return (rows / widths.total(), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=fit)


def _rows(text: str, delimiter: str, *, spaced: bool, whole: bool) -> Sequence[list[str]]:
    """The first rows but empty ones; without the last if the sample may have cut it."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced)
    rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > ROWS:
                return rows[:-1]
    except csv.Error:  # told with its row when all rows are read
        return rows
    return rows if whole else rows[:-1]
