"""A dataset from the network, as a folder of files."""

from __future__ import annotations

from pathlib import Path

from gradviz.data.getting.cache import home_of, unpacked_of
from gradviz.data.getting.download import download, locked
from gradviz.data.getting.limits import REAL, USUAL, Clock, Limits, Tell, quiet
from gradviz.data.getting.members import Bounds
from gradviz.data.getting.sources import Source
from gradviz.data.getting.unpacking import inspect, unpack
from gradviz.errors import OutputError
from gradviz.files import folder
from gradviz.i18n import N_


def get(
    source: Source,
    *,
    to: Path | None = None,
    tell: Tell = quiet,
    limits: Limits = USUAL,
    clock: Clock = REAL,
) -> Path:
    """The folder with the files of a source: in the cache, or in the folder ``to``.

    What is there already is taken as it is, for it was put there whole. The archives stay in the
    cache. Raises `DownloadError`, `ArchiveError` and `OutputError`.
    """
    target = unpacked_of(source) if to is None else to / source.folder
    if is_there(target):
        return target
    if to is not None:
        folder(to)
    home = folder(home_of(source))

    def bounds_of(archive: Path) -> Bounds:
        return Bounds(
            members=source.members,
            unpacked=source.unpacked,
            packed=archive.stat().st_size,
            by_case=source.by_case,
        )

    def sound(archive: Path) -> None:
        inspect(archive, bounds_of(archive))

    archives = [
        download(remote, home / remote.name, tell=tell, sound=sound, limits=limits, clock=clock)
        for remote in source.files
    ]
    with locked(home / source.folder):
        if not is_there(target):  # another process may have been here
            unpack(archives, target, bounds_of, tell=tell)
    return target


def is_there(target: Path) -> bool:
    """Whether something is unpacked there. Raises `OutputError` for a place that is no folder."""
    try:
        return any(target.iterdir())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(
            N_("cannot be made into a folder ({reason})"),
            where=str(target),
            mend=N_("choose another place, or remove the file that stands there"),
            reason=error.strerror or error,
        ) from error
