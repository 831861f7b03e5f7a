"""Whether a file is the one that was asked for: its size, its checksums, and its first sight."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from gradviz.data.getting.refusals import RefusedError
from gradviz.data.getting.sources import Remote
from gradviz.errors import ArchiveError
from gradviz.files import writing
from gradviz.i18n import N_

Sound = Callable[[Path], object]
"""Raises `ArchiveError` for a file that is damaged, or must not be unpacked."""


class Seen(Struct, frozen=True):
    """What a file was when it was first downloaded."""

    size: int
    sha256: str


def check(file: Path, remote: Remote, sound: Sound, *, home: Path) -> Seen:
    """What the file is. Raises `RefusedError` unless it is what was asked for, and what it was
    when it was first put ``home``.

    Where no checksum was published, the first download is believed if it is ``sound``.
    """
    seen, note = seen_of(home), _note(home)
    size = file.stat().st_size
    if size != remote.size:
        raise RefusedError(N_("it has {got} bytes instead of {size}"), got=size, size=remote.size)
    known = {"md5": remote.md5, "sha256": remote.sha256}
    for sort, sum in known.items():
        if sum and _sum(file, sort) != sum:
            raise RefusedError(N_("it is damaged: its {sort} sum is another"), sort=sort.upper())
    found = Seen(size, _sum(file, "sha256"))
    if seen is not None and seen != found:
        raise RefusedError(
            N_("it is not the file of the first download, which {note} tells of"), note=note
        )
    if seen is None:
        try:
            sound(file)
        except ArchiveError as error:
            raise RefusedError(error.what, **error.fields) from error
    return found


def seen_of(file: Path) -> Seen | None:
    """What was written down of a file, if anything."""
    try:
        return msgspec.json.decode(_note(file).read_bytes(), type=Seen)
    except (OSError, msgspec.DecodeError):
        return None


def write_down(file: Path, seen: Seen) -> None:
    """Keep what the file is, beside it."""
    with writing(_note(file)) as stream:
        stream.write(msgspec.json.encode(seen))


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _sum(file: Path, sort: str) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(
            stream, lambda: hashlib.new(sort, usedforsecurity=False)
        ).hexdigest()
