"""IDX files, as MNIST has them: a header that says type and sizes, and the numbers."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gradviz.errors import DataError
from gradviz.i18n import N_

TYPES: Mapping[int, str] = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
"""NumPy's type of each type of IDX."""
LARGEST = 1 << 30
PIECE = 1 << 20


def read_idx(file: Path) -> np.ndarray:
    """The numbers of a file, which may be gzipped, in their sizes.

    Memory is taken only as the numbers come. Raises `DataError` for a file that is no IDX, that
    says more than 1 GiB, or that holds more or less than it says.
    """
    try:
        with file.open("rb") as start:
            packed = start.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as stream:
            zeros, sort, rank = struct.unpack(">HBB", stream.read(4))
            if zeros or sort not in TYPES or rank > 8:
                raise ValueError("it has no header of IDX")
            sizes = struct.unpack(f">{rank}I", stream.read(4 * rank))
            type = np.dtype(TYPES[sort])
            length = math.prod(sizes) * type.itemsize
            if length > LARGEST:
                raise ValueError(f"its header says {length} bytes")
            content = bytearray()
            while piece := stream.read(min(PIECE, length + 1 - len(content))):
                content += piece
            if len(content) != length:
                more = "more" if len(content) > length else f"{len(content)}"
                raise ValueError(f"its header says {length} bytes, and there are {more}")
            return np.frombuffer(content, type).reshape(sizes)
    except (OSError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise DataError(
            N_("cannot be read as an IDX file ({reason})"),
            where=str(file),
            mend=N_("give a file as MNIST has them, or get it again: gradviz data get mnist"),
            reason=getattr(error, "strerror", None) or error,
        ) from error
