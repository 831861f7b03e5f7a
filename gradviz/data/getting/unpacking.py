"""From archives to a folder: all of it, or nothing."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from gradviz.data.getting.bounded import AT_ONCE
from gradviz.data.getting.limits import Progress, Tell, quiet
from gradviz.data.getting.members import Bounds, Members, refuse_bomb
from gradviz.data.getting.opened import Inside, damaged, told_as_damage
from gradviz.data.getting.tars import inside_tar
from gradviz.data.getting.zips import inside_zip
from gradviz.errors import ArchiveError, OutputError
from gradviz.files import folder
from gradviz.i18n import N_

BoundsOf = Callable[[Path], Bounds]


def inspect(archive: Path, bounds: Bounds) -> int:
    """Read all of an archive and write nothing; gives the bytes of its files.

    Raises `ArchiveError` for one that is damaged, or that must not be unpacked.
    """
    total = 0
    try:
        with _told(archive):
            for _place, content in _inside(archive, bounds):
                total += sum(map(len, _pieces(content, bounds))) if content is not None else 0
    except OSError as error:  # also for a place before the file's beginning
        raise _of(archive, damaged(error)) from error
    return total


def unpack(
    archives: Sequence[Path], target: Path, bounds_of: BoundsOf, *, tell: Tell = quiet
) -> Path:
    """Unpack archives into one folder that is not there yet, or empty.

    They are read to their ends before the first byte is written, and written into a fresh folder
    beside the target, which is moved there at the end; if all of it is in one folder of the
    target's name, that folder is. Of an exception of ``tell``, as of any, nothing is left. Raises
    `ArchiveError` and `OutputError`.
    """
    needed = sum(inspect(archive, bounds_of(archive)) for archive in archives)
    folder(target.parent)
    try:
        free = shutil.disk_usage(target.parent).free
        if needed > free:
            raise OutputError(
                N_("the disk has {free} MiB left, and {needed} are needed"),
                where=str(target.parent),
                mend=N_("choose a folder that you may write, with room on the disk"),
                free=f"{free >> 20:,}",
                needed=f"{(needed >> 20) + 1:,}",
            )
        with _fresh(target) as fresh:
            done = 0
            for archive in archives:
                with closing(_written(archive, fresh, bounds_of(archive))) as sizes:
                    for size in sizes:
                        done += size
                        tell(Progress(target.name, done, needed))
    except OSError as error:
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(target),
            mend=N_("choose a folder that you may write, with room on the disk"),
            reason=error.strerror or error,
        ) from error
    return target


def _inside(archive: Path, bounds: Bounds) -> Inside:
    """What is in it, by its first bytes; what is only packed is one file, named after it."""
    with archive.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(b"PK"):
        return inside_zip(archive, bounds)
    if not start.startswith(b"\x1f\x8b"):
        raise ArchiveError(N_("it is neither a .tar.gz nor a .zip nor a .gz"))
    if archive.name.removesuffix(".part").endswith((".tar.gz", ".tgz")):
        return inside_tar(archive, bounds)
    return _gunzipped(archive, bounds)


def _gunzipped(archive: Path, bounds: Bounds) -> Inside:
    place = Members(bounds).file(archive.name.removesuffix(".part").removesuffix(".gz"), 0)
    with gzip.open(archive) as content:
        yield place, content  # type: ignore[misc]


def _pieces(content: BinaryIO, bounds: Bounds) -> Iterator[bytes]:
    total = 0
    while piece := content.read(AT_ONCE):
        total += len(piece)
        if total > bounds.most:
            refuse_bomb(bounds)
        yield piece


@contextmanager
def _told(archive: Path) -> Iterator[None]:
    """Tell of the archive's damage, with its name."""
    try:
        with told_as_damage():
            yield
    except gzip.BadGzipFile as error:
        raise _of(archive, damaged(error)) from error
    except ArchiveError as error:
        raise _of(archive, error) from error


def _of(archive: Path, error: ArchiveError) -> ArchiveError:
    return ArchiveError(
        error.what,
        where=str(archive),
        mend=N_("nothing of it was unpacked; get it again, or from somebody whom you trust"),
        **error.fields,
    )


def _written(archive: Path, fresh: Path, bounds: Bounds) -> Generator[int, None, None]:
    """Write what is in it, and give the size of each piece."""
    with _told(archive):
        for place, content in _inside(archive, bounds):
            there = fresh / place
            if content is None:
                there.mkdir(parents=True, exist_ok=True)
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            with there.open("xb") as stream:
                for piece in _pieces(content, bounds):
                    yield stream.write(piece)


@contextmanager
def _fresh(target: Path) -> Iterator[Path]:
    """A folder beside the target that becomes it when the block ends without an exception."""
    for left in target.parent.glob(f".{target.name}.*.unpacking"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    around = Path(
        tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".unpacking", dir=target.parent)
    )
    try:
        fresh = around / "fresh"
        fresh.mkdir()
        yield fresh
        inner = fresh / target.name
        alone = inner.is_dir() and len(list(fresh.iterdir())) == 1
        (inner if alone else fresh).rename(target)
    finally:
        shutil.rmtree(around, ignore_errors=True)
