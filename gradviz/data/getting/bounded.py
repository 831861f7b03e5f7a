"""A stream of which no more is read than is allowed, at once and in all."""

from __future__ import annotations

import io
from typing import BinaryIO

from gradviz.data.getting.members import Bounds, refuse_bomb
from gradviz.errors import ArchiveError
from gradviz.i18n import N_

AT_ONCE = 1 << 17
"""The most bytes of a read: more is asked for only where a header says that it is that long."""


class Bounded(io.RawIOBase):
    """Goes forwards only. Raises `ArchiveError` for what would fill the memory or the disk."""

    def __init__(self, stream: BinaryIO, most: int, bounds: Bounds) -> None:
        super().__init__()
        self._stream = stream
        self._most = most
        self._bounds = bounds
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if not 0 <= size <= AT_ONCE:
            raise ArchiveError(N_("the archive has a header that is far too long"))
        content = self._stream.read(size)
        self._place += len(content)
        if self._place > self._most:
            refuse_bomb(self._bounds)
        return content

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Read on up to a place."""
        if whence != io.SEEK_SET or place < self._place:
            raise ArchiveError(N_("the archive is damaged or cut off ({reason})"), reason="seek")
        while self._place < place:
            if not self.read(min(AT_ONCE, place - self._place)):
                raise EOFError("unexpected end of data")
        return self._place
