"""A file of the network, whole and checked, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from gradviz.data.getting.checks import Sound, check, write_down
from gradviz.data.getting.limits import REAL, USUAL, Clock, Limits, Tell, quiet
from gradviz.data.getting.part import Part
from gradviz.data.getting.refusals import BrokenError, FailedError, RefusedError
from gradviz.data.getting.sources import Remote
from gradviz.data.getting.transfer import transfer
from gradviz.errors import DownloadError, OutputError
from gradviz.files import folder
from gradviz.i18n import N_

SPARE = 1 << 20
"""Bytes that are left free on a disk."""


def download(
    remote: Remote,
    file: Path,
    *,
    tell: Tell = quiet,
    sound: Sound = lambda file: None,
    limits: Limits = USUAL,
    clock: Clock = REAL,
) -> Path:
    """The file, from the network unless it is there already.

    It is tried at each address, and again after a pause; what came before a break, or before an
    exception of ``tell``, stays in ``FILE.part`` to go on from. Raises `DownloadError`, and
    `OutputError` for a disk that is full or may not be written.
    """
    folder(file.parent)
    try:
        with locked(file):
            if not _is_there(file, remote, sound):
                _fetch(remote, file, tell=tell, sound=sound, limits=limits, clock=clock)
    except OSError as error:
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(file),
            mend=N_("choose a folder that you may write, with room on the disk"),
            reason=error.strerror or error,
        ) from error
    return file


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep other processes from making the same file. Raises `DownloadError` if one does."""
    lock = filelock.FileLock(file.with_name(f".{file.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise DownloadError(
            N_("another process is getting it just now"),
            where=str(file),
            mend=N_("wait until that is done"),
        ) from error
    try:
        yield
    finally:
        lock.release()


def _is_there(file: Path, remote: Remote, sound: Sound) -> bool:
    """Whether the file was downloaded before and is as it was; one that is damaged is not kept."""
    if not file.is_file():
        return False
    try:
        found = check(file, remote, sound, home=file)
    except RefusedError:
        file.unlink()
        return False
    write_down(file, found)
    return True


def _fetch(
    remote: Remote, file: Path, *, tell: Tell, sound: Sound, limits: Limits, clock: Clock
) -> None:
    part = Part(file)
    _check_room(file, remote.size - part.size)
    left, tries, pause, most = list(remote.addresses), 0, limits.pause, part.size
    failures: dict[str, FailedError] = {}
    while left and tries < limits.tries:
        for address in tuple(left):
            begun = part.size
            try:
                transfer(remote, address, part, tell=tell, limits=limits, clock=clock)
                _finish(part, file, remote, sound, begun=begun)
                return
            except BrokenError as broken:
                failures[address] = broken
            except RefusedError as refusal:
                failures[address] = refusal
                left.remove(address)
            if part.size > most:  # it goes on, if slowly
                most, tries, pause = part.size, 0, limits.pause
        tries += 1
        if left and tries < limits.tries:
            clock.sleep(min(limits.longest, max(pause, *(failures[each].wait for each in left), 0)))
            pause *= 2
    raise _explained(remote, failures)


def _finish(part: Part, file: Path, remote: Remote, sound: Sound, *, begun: int) -> None:
    """Take the part for the file, if it is that; one that was put together from what was ``begun``
    before is worth another try as a whole.
    """
    try:
        found = check(part.file, remote, sound, home=file)
    except RefusedError as refusal:
        part.remove()
        if begun:
            raise BrokenError(refusal.what, **refusal.fields) from refusal
        raise
    part.become(file)
    write_down(file, found)


def _check_room(file: Path, needed: int) -> None:
    free = shutil.disk_usage(file.parent).free
    if needed + SPARE > free:
        raise OutputError(
            N_("the disk has {free} MiB left, and {needed} are needed"),
            where=str(file.parent),
            mend=N_("choose a folder that you may write, with room on the disk"),
            free=f"{free >> 20:,}",
            needed=f"{(needed >> 20) + 1:,}",
        )


def _explained(remote: Remote, failures: dict[str, FailedError]) -> DownloadError:
    """One line about all addresses: the last thing that each of them said."""
    if all(failure.unreached for failure in failures.values()):
        return DownloadError(
            N_("no server can be reached, so there seems to be no network ({reason})"),
            where=remote.name,
            mend=N_(
                "connect and try again, or take the dataset Letters without a path: a sample of "
                "letters comes with gradviz"
            ),
            reason="; ".join(dict.fromkeys(map(str, failures.values()))),
        )
    return DownloadError(
        N_("cannot be downloaded ({reason})"),
        where=remote.name,
        mend=N_(
            "try again later, and it goes on from where it ended; a sample of letters comes with "
            "gradviz"
        ),
        reason="; ".join(f"{address}: {failure}" for address, failure in failures.items()),
    )
