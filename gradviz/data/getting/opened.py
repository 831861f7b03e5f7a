"""What is in an archive, member by member, and what cannot be read of it told in words."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, TypeAlias

from gradviz.errors import ArchiveError
from gradviz.i18n import N_

Inside: TypeAlias = Iterator[tuple[PurePosixPath, BinaryIO | None]]
"""The place of each member, and its content; none of a folder. A content is read before the next
member is asked for.
"""
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    LookupError,
    RuntimeError,  # also RecursionError and NotImplementedError
)
"""What Python's readers raise for what is no archive; besides `gzip.BadGzipFile`, an OSError."""


@contextmanager
def told_as_damage() -> Iterator[None]:
    """Tell of an archive that cannot be read as an `ArchiveError`."""
    try:
        yield
    except DAMAGE as error:
        raise damaged(error) from error


def damaged(error: Exception) -> ArchiveError:
    """The error that tells of another one."""
    return ArchiveError(
        N_("the archive is damaged or cut off ({reason})"),
        reason=" ".join(str(error).split())[:120] or type(error).__name__,
    )
