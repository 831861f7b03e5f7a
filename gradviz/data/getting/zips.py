"""Archives that end in ``.zip``: stored or deflated files and folders, and nothing else."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from gradviz.data.getting.members import Bounds, Members, refuse_kind
from gradviz.data.getting.opened import Inside
from gradviz.errors import ArchiveError
from gradviz.i18n import N_

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_LARGEST_LIST = 64 << 20
_LONGEST_COMMENT = 0xFFFF


def inside_zip(archive: Path, bounds: Bounds) -> Inside:
    """The members of a zip. Raises `ArchiveError`, and what Python's readers raise."""
    members = Members(bounds)
    with archive.open("rb") as stream:
        _check_list(stream, bounds)
        with zipfile.ZipFile(stream) as zipped:
            listed = zipped.infolist()
            _check_overlaps(stream, listed, zipped.start_dir)
            for info in listed:
                _check_kind(info)
                if info.is_dir():
                    yield members.folder(info.orig_filename), None
                    continue
                place = members.file(info.orig_filename, info.file_size)
                with zipped.open(info) as content:
                    yield place, content  # type: ignore[misc]
                    if content.tell() != info.file_size:
                        raise zipfile.BadZipFile("a member ends early")


def _check_list(stream: BinaryIO, bounds: Bounds) -> None:
    """Refuse a list of members that would fill the memory, before Python reads it."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = stream.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise zipfile.BadZipFile("no list of members")
    *_, count, length, _offset, _comment = _END.unpack_from(tail, found)
    if count > bounds.members or count == 0xFFFF:
        raise ArchiveError(
            N_("the archive has more than {count} members"),
            count=f"{min(bounds.members, 0xFFFE):,}",
        )
    if length > _LARGEST_LIST:
        raise ArchiveError(N_("the archive has a header that is far too long"))
    stream.seek(0)


def _check_kind(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1 or info.flag_bits & 0x40:
        raise ArchiveError(N_("the archive is encrypted"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        refuse_kind(info.orig_filename)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(N_("the archive is packed in a way that is not read here"))


def _check_overlaps(stream: BinaryIO, listed: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Each member has bytes of its own; a bomb lets many share the same ones."""
    ordered = sorted(listed, key=lambda info: info.header_offset)
    for info, after in zip(
        ordered, [*(each.header_offset for each in ordered[1:]), end], strict=True
    ):
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL.size)
        if len(header) < _LOCAL.size:
            raise zipfile.BadZipFile("a member lies outside")
        *_, name, extra = _LOCAL.unpack(header)
        if info.header_offset + _LOCAL.size + name + extra + info.compress_size > after:
            raise ArchiveError(N_("the archive has members that overlap"))
