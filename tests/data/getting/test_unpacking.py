"""Archives that want out of their folder, fill the disk, or are no archives."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz import i18n
from gradviz.data.getting.limits import Progress
from gradviz.data.getting.members import Bounds, place_of
from gradviz.data.getting.unpacking import inspect, unpack
from gradviz.errors import ArchiveError, OutputError

BOUNDS = Bounds(members=50, unpacked=4 << 20, packed=1 << 20)
Member = tuple[str, bytes | dict[str, Any]]


def bounds_of(_: Path) -> Bounds:
    return BOUNDS


def tar(*members: Member, end: bool = True, **more: Any) -> bytes:
    """A gzipped tar; a member is its name, and its content or what its header says."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", **more) as archive:
        for name, what in members:
            info = tarfile.TarInfo(name)
            content = what if isinstance(what, bytes) else b""
            info.size = len(content)
            for field, value in what.items() if isinstance(what, dict) else ():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(content) if content else None)
    plain = stream.getvalue()
    return gzip.compress(plain if end else plain.rstrip(b"\0"), 1)


def zipped(*members: Member, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; a member is its name, and its content or what the list says of it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, what in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            for field, value in what.items() if isinstance(what, dict) else ():
                setattr(info, field, value)
            archive.writestr(info, what if isinstance(what, bytes) else b"x")
    return stream.getvalue()


def everything(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


FILES = {"n/A/1.png": b"one", "n/A/2.png": b"", "n/B/3.png": b"three" * 50_000}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("n.tar.gz", tar(("n", {"type": tarfile.DIRTYPE}), *FILES.items())),
        (
            "n.tgz",
            tar(("n/", {"type": tarfile.DIRTYPE}), *FILES.items(), format=tarfile.GNU_FORMAT),
        ),
        ("n.tar.gz.part", tar(*((f"./{name}", each) for name, each in FILES.items()))),
        ("n.zip", zipped(("n/", {}), *FILES.items())),
        ("n.zip", zipped(*FILES.items(), method=zipfile.ZIP_STORED)),
    ],
    ids=["tar", "tgz", "dots", "zip", "stored"],
)
def test_an_archive_is_unpacked(name: str, content: bytes, tmp_path: Path) -> None:
    archive = put(tmp_path / "in", name, content)
    target = unpack([archive], tmp_path / "out" / "m", bounds_of)
    assert everything(target) == FILES
    assert [each.name for each in target.parent.iterdir()] == ["m"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o777 & ~umask
    assert inspect(archive, BOUNDS) == sum(map(len, FILES.values()))


def test_a_folder_of_the_targets_name_is_the_target(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(*FILES.items()))
    beside = put(tmp_path / "in", "b.tar.gz", tar(("x", b"x")))
    assert set(everything(unpack([archive], tmp_path / "n", bounds_of))) == {
        "A/1.png", "A/2.png", "B/3.png",
    }  # fmt: skip
    both = unpack([archive, beside], tmp_path / "out" / "n", bounds_of)
    assert everything(both) == {**FILES, "x": b"x"}


def test_a_stop_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(*FILES.items()))
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack([archive], tmp_path / "out" / "n", bounds_of, tell=tell)
    assert list((tmp_path / "out").iterdir()) == []
    assert told[0] == Progress("n", 3, 250_003)
    unpack([archive], tmp_path / "out" / "n", bounds_of, tell=told.append)
    assert told[-1] == Progress("n", 250_003, 250_003)


def test_what_is_only_packed_is_a_file_of_its_name(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile("../../evil", "wb", fileobj=packed) as stream:
        stream.write(b"images")
    archives = [
        put(tmp_path / "in", "images-idx3-ubyte.gz", packed.getvalue()),
        put(tmp_path / "in", "labels-idx1-ubyte.gz", gzip.compress(b"labels")),
    ]
    target = unpack(archives, tmp_path / "out", bounds_of)
    assert everything(target) == {"images-idx3-ubyte": b"images", "labels-idx1-ubyte": b"labels"}


def test_an_archive_in_an_archive_stays_one(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(1 << 20))
    archive = put(tmp_path / "in", "a.tar.gz", tar(("inner.tar.gz", bomb)))
    assert everything(unpack([archive], tmp_path / "out", bounds_of)) == {"inner.tar.gz": bomb}


def overlapping() -> bytes:
    """Two members of a zip that are the same bytes."""
    whole = bytearray(zipped(("a", b"a" * 100), ("b", b"a" * 100)))
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 1)
    struct.pack_into("<L", whole, second + 42, 0)
    return bytes(whole)


def encrypted() -> bytes:
    whole = bytearray(zipped(("a", b"secret")))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def before_the_file() -> bytes:
    """A zip whose list is said to begin later than it does, so its members lie before the file."""
    whole = bytearray(zipped(("a", b"1")))
    at = whole.index(b"PK\x05\x06") + 16
    struct.pack_into("<L", whole, at, struct.unpack_from("<L", whole, at)[0] + 10)
    return bytes(whole)


def lying(size: int) -> bytes:
    """A zip whose list says another size than comes out."""
    whole = bytearray(zipped(("a", bytes(1000))))
    struct.pack_into("<L", whole, 22, size)
    struct.pack_into("<L", whole, whole.index(b"PK\x01\x02") + 24, size)
    return bytes(whole)


def many(count: int) -> Iterable[Member]:
    return ((f"{i}.png", b"") for i in range(count))


def long_header(size: int) -> bytes:
    """A tar in which a name is said to have this many bytes."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(min(size, 1 << 21)))


def nested_headers() -> bytes:
    """Long names before long names, without an end."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2
    return gzip.compress((info.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 3000)


def garbled() -> bytes:
    """A tar with a header in its middle that is none."""
    plain = bytearray(gzip.decompress(tar(("a", b"a"), ("b", b"b"))))
    plain[1024:1100] = b"?" * 76
    return gzip.compress(bytes(plain))


WHOLE = tar(("a.png", os.urandom(5000)), ("b.png", os.urandom(5000)))
LINKS = "which is neither a file nor a folder"
OUT = "which leads out of its folder"
NAME = "which is no name for a file"
TWICE = "twice, or in two spellings"
BOMB = "unpacks to more than"
DAMAGED = "damaged or cut off"
HOSTILE: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "out": ("a.tar.gz", tar(("ok", b"1"), ("../out", b"2")), OUT),
    "out later": ("a.tar.gz", tar(("a/../../out", b"2")), OUT),
    "absolute": ("a.tar.gz", tar(("/etc/out", b"2")), OUT),
    "drive": ("a.tar.gz", tar(("C:/out", b"2")), NAME),
    "drive without a slash": ("a.tar.gz", tar(("C:out", b"2")), NAME),
    "backslash": ("a.tar.gz", tar(("..\\out", b"2")), NAME),
    "share": ("a.tar.gz", tar(("\\\\host\\out", b"2")), NAME),
    "stream of a file": ("a.tar.gz", tar(("a.png:evil", b"2")), NAME),
    "a device of Windows": ("a.tar.gz", tar(("n/NUL.png", b"2")), NAME),
    "a dot at the end": ("a.tar.gz", tar(("n./a", b"2")), NAME),
    "a line in a name": ("a.tar.gz", tar(("a\nb", b"2")), NAME),
    "text that turns round": ("a.tar.gz", tar(("a\u202egnp.exe", b"2")), NAME),
    "no text": ("a.tar.gz", tar(("a\udcff", b"2"), format=tarfile.GNU_FORMAT), NAME),
    "a long name": ("a.tar.gz", tar(("a" * 300, b"2")), NAME),
    "a long way": ("a.tar.gz", tar(("a/" * 400 + "b", b"2")), NAME),
    "no name": ("a.tar.gz", tar((".", b"2")), TWICE),
    "symbolic link": ("a.tar.gz", tar(("a", {"type": tarfile.SYMTYPE, "linkname": "/etc"})), LINKS),
    "link, then through it": (
        "a.tar.gz",
        tar(("a", {"type": tarfile.SYMTYPE, "linkname": ".."}), ("a/out", b"2")),
        LINKS,
    ),
    "hard link": ("a.tar.gz", tar(("b", b"1"), ("a", {"type": tarfile.LNKTYPE, "linkname": "b"})),
                  LINKS),
    "pipe": ("a.tar.gz", tar(("a", {"type": tarfile.FIFOTYPE})), LINKS),
    "character device": ("a.tar.gz", tar(("a", {"type": tarfile.CHRTYPE})), LINKS),
    "block device": ("a.tar.gz", tar(("a", {"type": tarfile.BLKTYPE})), LINKS),
    "unknown type": ("a.tar.gz", tar(("a", {"type": b"Z"})), LINKS),
    "sparse": ("a.tar.gz", tar(("a", {"pax_headers": {"GNU.sparse.map": "0,1,1000000000,1",
                                                      "GNU.sparse.size": "10000000000"}})), LINKS),
    "sparse of old": ("a.tar.gz", tar(("a", {"type": tarfile.GNUTYPE_SPARSE})), ""),
    "twice": ("a.tar.gz", tar(("a", b"1"), ("a", b"2")), TWICE),
    "twice, with dots": ("a.tar.gz", tar(("n/a", b"1"), ("./n//a", b"2")), TWICE),
    "in two cases": ("a.tar.gz", tar(("n/a", b"1"), ("N/b", b"2")), TWICE),
    "sharp s": ("a.tar.gz", tar(("straße", b"1"), ("STRASSE", b"2")), TWICE),
    "in two forms": ("a.tar.gz", tar(("\u00e9", b"1"), ("e\u0301", b"2")), TWICE),
    "below a file": ("a.tar.gz", tar(("a", b"1"), ("a/b", b"2")), TWICE),
    "a file for a folder": ("a.tar.gz", tar(("a/b", b"1"), ("a", b"2")), TWICE),
    "many": ("a.tar.gz", lambda: tar(*many(51)), "more than 50 members"),
    "a bomb": ("a.tar.gz", lambda: tar(("a", bytes(5 << 20))), BOMB),
    "a bomb of many": (
        "a.tar.gz", lambda: tar(*((str(i), bytes(1 << 20)) for i in range(5))), BOMB,
    ),
    "a size that is not there": ("a.tar.gz", tar(("a", {"size": 1 << 40})), BOMB),
    "a size below zero": ("a.tar.gz", tar(("a", {"size": -1}), format=tarfile.GNU_FORMAT), ""),
    "a header of 1 TB": ("a.tar.gz", lambda: long_header(1 << 40), "header that is far too long"),
    "a header of 1 MB": ("a.tar.gz", lambda: long_header(1 << 20), "header that is far too long"),
    "headers of headers": ("a.tar.gz", nested_headers, DAMAGED),
    "much behind the end": ("a.tar.gz", lambda: gzip.compress(bytes(8 << 20)), BOMB),
    "cut": ("a.tar.gz", WHOLE[:6000], DAMAGED),
    "cut before the sum": ("a.tar.gz", WHOLE[:-4], DAMAGED),
    "a wrong sum": ("a.tar.gz", WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:], DAMAGED),
    "garbled": ("a.tar.gz", garbled, DAMAGED),
    "no end": ("a.tar.gz", tar(("a", b"abc"), end=False), DAMAGED),
    "no tar": ("a.tar.gz", gzip.compress(b"hello" * 500), DAMAGED),
    "no archive": ("a.tar.gz", b"<html>", "neither a .tar.gz nor"),
    "empty": ("a.tar.gz", b"", "neither a .tar.gz nor"),
    "a packed bomb": ("a.gz", lambda: gzip.compress(bytes(5 << 20)), BOMB),
    "a packed cut": ("a.gz", gzip.compress(os.urandom(1000))[:500], DAMAGED),
    "a packed device": ("nul.gz", gzip.compress(b"1"), NAME),
    "zip: out": ("a.zip", zipped(("../out", b"2")), OUT),
    "zip: absolute": ("a.zip", zipped(("/out", b"2")), OUT),
    "zip: backslash": ("a.zip", zipped(("..\\out", b"2")), NAME),
    "zip: folder out": ("a.zip", zipped(("../out/", b"")), OUT),
    "zip: zero byte": ("a.zip", zipped(("a?b", b"2")).replace(b"a?b", b"a\0b"), ""),
    "zip: link": (
        "a.zip", zipped(("a", {"external_attr": (stat.S_IFLNK | 0o777) << 16})), LINKS,
    ),
    "zip: device": ("a.zip", zipped(("a", {"external_attr": stat.S_IFBLK << 16})), LINKS),
    "zip: in two cases": ("a.zip", zipped(("a", b"1"), ("A", b"2")), TWICE),
    "zip: overlapping": ("a.zip", overlapping, "members that overlap"),
    "zip: encrypted": ("a.zip", encrypted, "is encrypted"),
    "zip: lzma": ("a.zip", zipped(("a", b"1"), method=zipfile.ZIP_LZMA), "in a way that is not"),
    "zip: bomb": ("a.zip", lambda: zipped(("a", bytes(5 << 20))), BOMB),
    "zip: before the file": ("a.zip", before_the_file, DAMAGED),
    "zip: says less": ("a.zip", lying(10), DAMAGED),
    "zip: says more": ("a.zip", lying(2000), ""),
    "zip: says a bomb": ("a.zip", lying(1 << 31), BOMB),
    "zip: many": ("a.zip", lambda: zipped(*many(51)), "more than 50 members"),
    "zip: very many": (
        "a.zip", zipped(("a", b"1"))[:-14] + b"\xff\xff\xff\xff" + zipped(("a", b"1"))[-10:],
        "more than 50 members",
    ),
    "zip: a long list": (
        "a.zip", zipped(("a", b"1"))[:-10] + b"\xff\xff\xff\x7f" + zipped(("a", b"1"))[-6:],
        "header that is far too long",
    ),
    "zip: cut": ("a.zip", zipped(("a", b"1" * 1000))[:-30], DAMAGED),
    "zip: no list": ("a.zip", b"PK\x03\x04" + bytes(100), DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_hostile_archive_leaves_nothing(case: str, language: str, tmp_path: Path) -> None:
    i18n.use(language)
    name, made, said = HOSTILE[case]
    content = made() if callable(made) else made
    archive = put(tmp_path / "in", name, content)
    with pytest.raises(ArchiveError) as caught:
        unpack([archive], tmp_path / "out", bounds_of)
    line = str(caught.value)
    assert str(archive) in line
    assert line.isprintable()
    if language == "en":
        assert said in line
    assert {each.name for each in tmp_path.rglob("*")} == {"in", name}
    with pytest.raises(ArchiveError):
        inspect(archive, BOUNDS)


def test_a_good_archive_beside_a_hostile_one_is_not_unpacked(tmp_path: Path) -> None:
    archives = [
        put(tmp_path / "in", "a.tar.gz", tar(("a", b"1"))),
        put(tmp_path / "in", "b.tar.gz", tar(("../b", b"1"))),
    ]
    with pytest.raises(ArchiveError, match=r"b\.tar\.gz"):
        unpack(archives, tmp_path / "out", bounds_of)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_an_archive_that_changes_after_it_was_read_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("a", b"1")))

    def usage(_: Path) -> SimpleNamespace:
        archive.write_bytes(tar(("a", b"1"), ("../out", b"2")))
        return SimpleNamespace(free=1 << 40)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with pytest.raises(ArchiveError, match="out"):
        unpack([archive], tmp_path / "out", bounds_of)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_names_may_differ_in_case_alone_where_that_is_known(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("Rm9v.png", b"1"), ("Rm9V.png", b"2")))
    known = Bounds(members=50, unpacked=1 << 20, packed=1 << 20, by_case=True)
    assert inspect(archive, known) == 2
    forms = put(tmp_path / "in", "b.tar.gz", tar(("\u00e9", b"1"), ("e\u0301", b"2")))
    with pytest.raises(ArchiveError, match=TWICE):
        inspect(forms, known)


def test_the_size_of_the_archive_bounds_what_comes_out(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("a", bytes(3 << 20))))
    assert inspect(archive, BOUNDS) == 3 << 20
    with pytest.raises(ArchiveError, match="more than 1 MiB"):
        inspect(archive, Bounds(members=50, unpacked=4 << 20, packed=3000))


def test_what_stands_there_is_not_written_over(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("a", b"1")))
    mine = put(tmp_path / "out", "mine", b"precious")
    with pytest.raises(OutputError):
        unpack([archive], tmp_path / "out", bounds_of)
    assert mine.read_bytes() == b"precious"
    assert {each.name for each in tmp_path.iterdir()} == {"in", "out"}


def test_a_disk_without_room_is_told_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("a", bytes(1000))))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=999))
    with pytest.raises(OutputError, match="0 MiB left"):
        unpack([archive], tmp_path / "out", bounds_of)


def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    archive = put(tmp_path / "in", "a.tar.gz", tar(*FILES.items()))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            unpack([archive], tmp_path / "out", bounds_of)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    archive = put(tmp_path / "in", "a.tar.gz", tar(("a", b"1")))
    put(tmp_path / ".out.abc.unpacking", "half", b"1")
    unpack([archive], tmp_path / "out", bounds_of)
    assert {each.name for each in tmp_path.iterdir()} == {"in", "out"}


@given(st.text(st.characters(codec=None) | st.sampled_from("/.\\: ~\0CON"), max_size=30))
def test_any_name_stays_in_its_folder_or_is_refused(name: str) -> None:
    try:
        place = place_of(name)
    except ArchiveError as error:
        place, said = None, str(error)
    if place is None:
        assert said.isprintable()
        return
    assert not place.is_absolute()
    assert ".." not in place.parts
    root = Path("/somewhere")
    assert Path(os.path.normpath(root / place)).is_relative_to(root)
    str(place).encode()


@given(st.binary(max_size=600), st.integers(0, 1500), st.sampled_from(["a.tar.gz", "a.zip"]))
def test_any_damage_is_told_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, name: str
) -> None:
    if name.endswith(".zip"):
        content = zipped(("n/a", b"1" * 100), ("n/b", b"2" * 100), method=zipfile.ZIP_STORED)
        content = content[:at] + noise + content[at + len(noise) :]
    else:
        plain = gzip.decompress(tar(("n/a", b"1" * 100), ("n/b", b"2" * 100)))
        content = gzip.compress(plain[:at] + noise + plain[at + len(noise) :], 1)
    folder = tmp_path_factory.mktemp("any")
    archive = put(folder / "in", name, content)
    try:
        unpack([archive], folder / "out", bounds_of)
    except ArchiveError:
        assert [each.name for each in folder.iterdir()] == ["in"]
    assert PurePosixPath(name).name in {each.name for each in (folder / "in").iterdir()}
