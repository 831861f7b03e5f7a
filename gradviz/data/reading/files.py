"""Files of the user's: ordinary ones, which must stay as they were found."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from gradviz.errors import DataError
from gradviz.i18n import N_


class File(Struct, frozen=True):
    """A file as it was found: how many bytes it has, and when it was written to."""

    path: Path
    size: int
    changed: int

    def __str__(self) -> str:
        return str(self.path)


def found(path: str) -> File:
    """The ordinary file of that path. Raises `DataError` for anything else, and if it is empty."""
    if not path:
        raise DataError(N_("no file is named"), where="path", mend=N_("set path to your file"))
    there = _there(path)
    if not stat.S_ISREG(there.st_mode):
        raise DataError(
            N_("it is no ordinary file"), where=path, mend=N_("give a file, not a folder or device")
        )
    if not there.st_size:
        raise DataError(N_("the file is empty"), where=path, mend=N_("give another file"))
    return File(Path(path), there.st_size, there.st_mtime_ns)


def folder(path: str) -> Path:
    """The folder of that path. Raises `DataError` if there is none."""
    if not path:
        raise DataError(N_("no folder is named"), where="path", mend=N_("set path to your folder"))
    if not stat.S_ISDIR(_there(path).st_mode):
        raise DataError(N_("it is no folder"), where=path, mend=N_("give the folder it lies in"))
    return Path(path)


def opened(file: File) -> BinaryIO:
    """The file, for reading. Raises `DataError` if it is not what it was any more."""
    try:
        stream = file.path.open("rb")
    except OSError as error:
        raise unreadable(str(file), error) from error
    try:
        _check(file, os.fstat(stream.fileno()))
    except DataError:
        stream.close()
        raise
    return stream


def check_unchanged(file: File) -> None:
    """Raise `DataError` if it is not what it was any more."""
    _check(file, _there(str(file)))


def start(file: File, size: int) -> bytes:
    """The first bytes."""
    with opened(file) as stream:
        return stream.read(size)


def unreadable(path: str, error: Exception) -> DataError:
    """What to say of a file that the system, or a reader, refuses."""
    said = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return DataError(
        N_("cannot be read ({reason})"),
        where=path,
        mend=N_("give another file, or correct the path"),
        reason=said.splitlines()[0],
    )


def _check(file: File, now: os.stat_result) -> None:
    if (now.st_size, now.st_mtime_ns) != (file.size, file.changed):
        raise DataError(
            N_("the file has changed since the dataset was made"),
            where=str(file),
            mend=N_("make the dataset again: start anew"),
        )


def _there(path: str) -> os.stat_result:
    try:
        return Path(path).stat()
    except FileNotFoundError as error:
        raise DataError(
            N_("there is no such file or folder"), where=path, mend=N_("correct the path")
        ) from error
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
