"""Values on disk, for those that must never be lost and are too many for memory."""

from __future__ import annotations

import io
import tempfile
import weakref
from typing import IO, TYPE_CHECKING

from gradviz.tensors import packed, unpacked

if TYPE_CHECKING:
    from torch import Tensor


class Shelf:
    """Tensors by number in a temporary file, which goes with the shelf."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._places: dict[int, tuple[int, int]] = {}

    def __contains__(self, id: int) -> bool:
        return id in self._places

    def put(self, id: int, tensor: Tensor) -> None:
        """Write a tensor down, without what it only shares its memory with."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="gradviz-")  # noqa: SIM115 - see below
            weakref.finalize(self, self._file.close)
        begin = self._file.seek(0, io.SEEK_END)
        self._places[id] = begin, self._file.write(packed(tensor))

    def get(self, id: int) -> Tensor:
        """The tensor, on the device that it was on."""
        assert self._file is not None
        begin, size = self._places[id]
        self._file.seek(begin)
        return unpacked(self._file.read(size))
