"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from gradviz.errors import OutputError
from gradviz.i18n import N_


@contextmanager
def writing(file: Path) -> Iterator[BinaryIO]:
    """A stream that becomes ``file`` when the block ends without an exception.

    Until then the old file stands; a crash, a full disk or an error leaves it whole. A link is
    followed; a pipe or a device gets the whole content at the end. Raises `OutputError` when the
    folder or the file cannot be written.
    """
    part: Path | None = None
    if "\0" in str(file):
        raise OutputError(
            N_("no file can have this name"),
            where=repr(str(file)),
            mend=N_("leave the zero byte out"),
        )
    try:
        file = file.resolve() if file.is_symlink() else file
        if file.exists() and not file.is_file() and not file.is_dir():
            content = BytesIO()
            yield content
            with file.open("wb") as stream:
                stream.write(content.getvalue())
            return
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(file)
    except OSError as error:
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(file),
            mend=N_("choose a folder that exists and that you may write"),
            reason=error.strerror or error,
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def check_writable(file: Path) -> None:
    """Raise `OutputError` for a file whose folder does not exist or may not be written."""
    if not os.access(file.parent, os.W_OK) or file.is_dir():
        missing = not file.parent.is_dir()
        reason = os.strerror(errno.ENOENT if missing else errno.EACCES)
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(file),
            mend=N_("choose a folder that exists and that you may write"),
            reason=os.strerror(errno.EISDIR) if file.is_dir() else reason,
        )


def folder(path: Path) -> Path:
    """The folder, made if need be. Raises `OutputError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            N_("cannot be made into a folder ({reason})"),
            where=str(path),
            mend=N_("choose another place, or remove the file that stands there"),
            reason=error.strerror or error,
        ) from error
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
