"""The lines of a text file as bytes, with where the next one begins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from gradviz.data.reading.files import File
from gradviz.errors import DataError
from gradviz.i18n import N_

LONGEST = 1 << 24


class Lines:
    """Iterate over it for the lines as text; ``offset`` is the byte behind the last one, and
    ``number`` its number.
    """

    def __init__(self, file: File, stream: BinaryIO, offset: int, encoding: str) -> None:
        self.file = file
        self.stream = stream
        self.offset = offset
        self.number = 0
        self.encoding = encoding
        stream.seek(offset)

    def __iter__(self) -> Iterator[str]:
        encoding = self.encoding
        for line in iter(partial(self.stream.readline, LONGEST + 1), b""):
            self.offset += len(line)
            self.number += 1
            if len(line) > LONGEST or b"\0" in line:
                raise self._refused(line)
            try:
                text = line.decode(encoding)
            except UnicodeError as error:
                raise DataError(
                    N_("line {line} is not in {encoding}"),
                    where=str(self.file),
                    mend=N_("correct the line, or set encoding to that of the file"),
                    line=self.number,
                    encoding=encoding,
                ) from error
            yield text

    def _refused(self, line: bytes) -> DataError:
        if len(line) > LONGEST:
            return DataError(
                N_("line {line} has more than {longest} bytes"),
                where=str(self.file),
                mend=N_("end each row with a line break"),
                line=self.number,
                longest=LONGEST,
            )
        return DataError(
            N_("line {line} holds NUL bytes"),
            where=str(self.file),
            mend=N_("correct the line; the file may be damaged"),
            line=self.number,
        )
