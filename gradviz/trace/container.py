"""The trace file as a container: a zip of three members, none of them compressed.

- ``gradviz-trace.json``: the format's number and the versions that wrote it (`Header`).
- ``values.bin``: the bytes of the values, in segments.
- ``index.msgpack``: everything else (`Index`), as MessagePack.

Nothing in it is code, and nothing is unpacked into the file system. As nothing is compressed, a
file takes no more memory than its size lets one expect.
"""

from __future__ import annotations

import io
import struct
import weakref
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.index import Header, Index

FORMAT = 1
SUFFIX = ".gvtrace"

HEADER, VALUES, INDEX = MEMBERS = ("gradviz-trace.json", "values.bin", "index.msgpack")
_LARGEST_HEADER = 2**16
_LARGEST_DIRECTORY = 2**20
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Container:
    """An open trace file. Segments are read when asked for, by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open and check everything but the values. Raises `TraceError`."""
        self.path = path
        self._stream = _opened(path)
        weakref.finalize(self, self._stream.close)
        try:
            members = _members(self._stream)
            self.header = self._header(members[HEADER])
            self.index = self._index(members[INDEX])
        except _DamagedError as error:
            raise self.damaged(error) from error
        self._start, size = members[VALUES][:2]
        for segment in self.index.segments:
            if segment.start + segment.size > size:
                raise self.damaged(_("a value lies beyond the end"))

    def segment(self, number: int) -> bytearray:
        """The bytes of a segment, checked. Raises `TraceError`."""
        segment = self.index.segments[number]
        content = bytearray(segment.size)
        self._stream.seek(self._start + segment.start)
        whole = _fill(self._stream, content)
        if not whole or zlib.crc32(content) != segment.crc:
            raise self.damaged(_("the bytes of a value have changed"))
        return content

    def damaged(self, reason: object) -> TraceError:
        """The error that says that this file is not what was written."""
        return TraceError(
            N_("is not a whole trace file ({reason})"),
            where=str(self.path),
            mend=N_("save the trace again, or copy the file again"),
            reason=reason,
        )

    def _header(self, member: _Member) -> Header:
        if member[1] > _LARGEST_HEADER:
            raise _DamagedError(_("its header is too long"))
        header: Header = _decoded(msgspec.json.decode, self._content(member), Header)
        if header.format > FORMAT:
            raise TraceError(
                N_("was written by a later gradviz ({version}), in format {format}"),
                where=str(self.path),
                mend=N_("update gradviz: pip install --upgrade gradviz"),
                version=header.gradviz[:40],
                format=header.format,
            )
        return header

    def _index(self, member: _Member) -> Index:
        index: Index = _decoded(msgspec.msgpack.decode, self._content(member), Index)
        return index

    def _content(self, member: _Member) -> bytearray:
        start, size, crc = member
        content = bytearray(size)
        self._stream.seek(start)
        if not _fill(self._stream, content) or zlib.crc32(content) != crc:
            raise _DamagedError(_("its bytes have changed"))
        return content


_Member: TypeAlias = tuple[int, int, int]
"""Where its content starts in the file, how long it is, and its CRC-32."""


class _DamagedError(Exception):
    """The container is not as we write it."""


class _Bounded(io.FileIO):
    """A file of which at most a megabyte is read at once, whatever its directory claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = _LARGEST_DIRECTORY if size is None or size < 0 else size
        return super().read(min(wanted, _LARGEST_DIRECTORY)) or b""


def write(stream: BinaryIO, header: Header, index: Index, values: Callable[[Any], None]) -> None:
    """Write the members in order; ``values`` writes its bytes to what it is given, and fills in
    the index as it goes.
    """
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        with archive.open(ZipInfo(HEADER), "w") as member:
            member.write(msgspec.json.encode(header) + b"\n")
        with archive.open(ZipInfo(VALUES), "w", force_zip64=True) as member:
            values(member)
        with archive.open(ZipInfo(INDEX), "w", force_zip64=True) as member:
            member.write(_encoded(index))


def _opened(path: Path) -> _Bounded:
    try:
        if path.exists() and not path.is_file():
            raise TraceError(
                N_("is no file"), where=str(path), mend=N_("give the name of a trace file")
            )
        return _Bounded(path)
    except (OSError, ValueError) as error:
        raise TraceError(
            N_("cannot be read ({reason})"),
            where=str(path),
            mend=N_("check the name and whether you may read the file"),
            reason=getattr(error, "strerror", None) or error,
        ) from error


def _members(stream: _Bounded) -> dict[str, _Member]:
    """The members, each where it really lies in the file."""
    length = stream.seek(0, io.SEEK_END)
    try:
        with ZipFile(stream) as archive:
            infos = archive.infolist()
    except (BadZipFile, OSError, ValueError, RuntimeError, struct.error, EOFError) as error:
        raise _DamagedError(_("no zip file, or its end is missing")) from error
    if sorted(info.filename for info in infos) != sorted(MEMBERS):
        raise _DamagedError(_("it does not hold what a trace file holds"))
    found = {}
    for info in infos:
        if info.compress_type != ZIP_STORED or info.flag_bits & 1:
            raise _DamagedError(_("it is compressed or locked"))
        stream.seek(max(0, info.header_offset))
        local = stream.read(_LOCAL_HEADER.size)
        if len(local) < _LOCAL_HEADER.size:
            raise _DamagedError(_("its end is missing"))
        mark, name, extra = _LOCAL_HEADER.unpack(local)
        start = info.header_offset + _LOCAL_HEADER.size + name + extra
        if mark != b"PK\3\4" or info.header_offset < 0 or start + info.file_size > length:
            raise _DamagedError(_("a part lies beyond its end"))
        found[info.filename] = (start, info.file_size, info.CRC)
    return found


def _fill(stream: _Bounded, content: bytearray) -> bool:
    """Read as many bytes as there is room for; whether they were all there."""
    view, done = memoryview(content), 0
    while done < len(content):
        count = stream.readinto(view[done:])
        if not count:
            return False
        done += count
    return True


def _decoded(decode: Callable[..., Any], content: bytearray, type: type[Any]) -> Any:
    try:
        return decode(content, type=type)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _DamagedError(error) from error


def _encoded(index: Index) -> bytes:
    try:
        return msgspec.msgpack.encode(index)
    except (OverflowError, UnicodeEncodeError):
        return msgspec.msgpack.encode(_writable(msgspec.to_builtins(index)))


def _writable(value: Any) -> Any:
    """The same with what MessagePack cannot hold replaced: numbers of more than 64 bits by the
    nearest float, halves of letters by their code.
    """
    match value:
        case dict():
            return {_writable(key): _writable(item) for key, item in value.items()}
        case list() | tuple():
            return [_writable(item) for item in value]
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case int() if not -(2**63) <= value < 2**64:
            try:
                return float(value)
            except OverflowError:
                return float("inf") if value > 0 else float("-inf")
    return value
