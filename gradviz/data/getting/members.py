"""What an archive says is in it, judged before any of it is unpacked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import NoReturn

from msgspec import Struct

from gradviz.errors import ArchiveError
from gradviz.i18n import N_

LONGEST_NAME = 1024
LONGEST_PART = 255
DEEPEST = 32
RATIO = 200
"""How many times its own size an archive may unpack to; images do to about 1 to 5 times."""
ALWAYS = 1 << 20
"""Bytes that an archive may unpack to, however small it is."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_FORBIDDEN = frozenset('<>:"|?*\\')
"""What Windows takes for a drive, another stream of a file, or a separator."""


class Bounds(Struct, frozen=True):
    """The most files and bytes that may come out of an archive of ``packed`` bytes. With
    ``by_case``, names may differ in upper and lower case alone.
    """

    members: int
    unpacked: int
    packed: int
    by_case: bool = False

    @property
    def most(self) -> int:
        """The most bytes that may come out."""
        return min(self.unpacked, max(ALWAYS, RATIO * self.packed))


class Members:
    """Counts the members of one archive. Raises `ArchiveError` at the first that is too much."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.count = 0
        self.sum = 0
        self._taken: set[str] = set()
        self._folders: set[PurePosixPath] = set()

    def file(self, name: str, size: int) -> PurePosixPath:
        """The place of a file of this many bytes."""
        place = self._counted(name)
        self.sum += size
        if size < 0 or self.sum > self.bounds.most:
            refuse_bomb(self.bounds)
        self._stand_in_folders(place)
        key = self._key(place)
        if not place.parts or key in self._taken:
            _refuse(name, N_("the archive has “{name}” twice, or in two spellings"))
        self._taken.add(key)
        return place

    def folder(self, name: str) -> PurePosixPath:
        """The place of a folder."""
        place = self._counted(name)
        self._stand_in_folders(place / "-")
        return place

    def _counted(self, name: str) -> PurePosixPath:
        self.count += 1
        if self.count > self.bounds.members:
            raise ArchiveError(
                N_("the archive has more than {count} members"), count=f"{self.bounds.members:,}"
            )
        return place_of(name)

    def _stand_in_folders(self, place: PurePosixPath) -> None:
        """What a place lies in must be folders, each in one spelling."""
        if place.parent in self._folders:
            return
        for each in place.parents:
            if each in self._folders:
                return
            if each.parts and self._key(each) in self._taken:
                _refuse(str(each), N_("the archive has “{name}” twice, or in two spellings"))
            self._taken.add(self._key(each))
            self._folders.add(each)

    def _key(self, place: PurePosixPath) -> str:
        """The same for all spellings that a disk may take for one name."""
        name = unicodedata.normalize("NFC", str(place))
        return name if self.bounds.by_case else unicodedata.normalize("NFC", name.casefold())


def place_of(name: str) -> PurePosixPath:
    """Where a member may stand, below the folder that is unpacked to, on any system.

    Raises `ArchiveError` for a name that leads elsewhere, or that some system cannot write.
    """
    if name.startswith("/") or ".." in name.split("/"):
        _refuse(name, N_("the archive has “{name}”, which leads out of its folder"))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if len(name) > LONGEST_NAME or len(parts) > DEEPEST or not all(map(_can_be, parts)):
        _refuse(name, N_("the archive has “{name}”, which is no name for a file"))
    return PurePosixPath(*parts)


def refuse_bomb(bounds: Bounds) -> NoReturn:
    """The archive would fill the disk."""
    raise ArchiveError(
        N_("the archive unpacks to more than {most} MiB, far more than its content is known to be"),
        most=f"{bounds.most >> 20:,}",
    )


def refuse_kind(name: str) -> NoReturn:
    """A link, a device or another thing that is neither a file nor a folder."""
    _refuse(name, N_("the archive has “{name}”, which is neither a file nor a folder"))


def _can_be(part: str) -> bool:
    """Whether every system can write a file of that name."""
    try:
        short = len(part.encode()) <= LONGEST_PART
    except UnicodeEncodeError:  # bytes that are no text
        return False
    return (
        short
        and not _FORBIDDEN & set(part)
        and not any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in part)
        and part[-1] not in ". "
        and not _DEVICES.fullmatch(part)
    )


def _refuse(name: str, what: str) -> NoReturn:
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    raise ArchiveError(what, name=shown if len(shown) <= 80 else f"{shown[:79]}…")
