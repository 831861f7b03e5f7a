"""Downloads from a real server that breaks, lies, hangs, moves and changes its mind."""

from __future__ import annotations

import gc
import hashlib
import shutil
import socket
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from gradviz import i18n
from gradviz.data.getting import watched
from gradviz.data.getting.asking import redirected
from gradviz.data.getting.download import download, locked
from gradviz.data.getting.limits import Clock, Limits, Progress
from gradviz.data.getting.part import Part
from gradviz.data.getting.refusals import RefusedError
from gradviz.data.getting.sources import Remote
from gradviz.errors import ArchiveError, DownloadError, OutputError
from tests.data.getting.server import Site, chunked, hangs, ranges, raw, says, site, whole


class FakeClock:
    """Goes on by a step whenever it is looked at, and by whatever is waited."""

    def __init__(self, step: float = 0.0) -> None:
        self.step, self.time = step, 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        self.time += self.step
        return self.time

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


QUICK = Limits(connect=5, read=5, tries=3)


def remote(*sites: Site, **known: Any) -> Remote:
    first = sites[0]
    addresses = tuple(f"{each.address}letters.gz" for each in sites)
    return replace(Remote("letters.gz", addresses, len(first.content)), **known)


def fetched(asked: Remote, file: Path, fake: FakeClock | None = None, **more: Any) -> Path:
    settings = {"limits": QUICK, "clock": (fake or FakeClock()).clock, **more}
    return download(asked, file, **settings)


def left(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir() if not entry.name.endswith(".lock")}


def test_a_file_is_downloaded_whole_with_progress(server: Site, tmp_path: Path) -> None:
    told: list[Progress] = []
    file = fetched(remote(server), tmp_path / "new" / "letters.gz", tell=told.append)
    assert file.read_bytes() == server.content
    size = len(server.content)
    assert [told[0].done, told[-1].done] == [0, size]
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert {each.total for each in told} == {size}
    assert left(file.parent) == {"letters.gz", "letters.gz.json"}
    assert server.asked[0]["Accept-Encoding"] == "identity"


def test_what_is_there_is_not_downloaded_again(server: Site, tmp_path: Path) -> None:
    for _ in range(2):
        fetched(remote(server), tmp_path / "letters.gz")
    assert len(server.asked) == 1


def test_a_file_that_was_damaged_later_is_downloaded_again(server: Site, tmp_path: Path) -> None:
    file = fetched(remote(server), tmp_path / "letters.gz")
    content = bytearray(server.content)
    content[1000] ^= 1
    file.write_bytes(content)
    assert fetched(remote(server), file).read_bytes() == server.content


def test_a_break_goes_on_from_where_it_was(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000), ranges(until=200_000), ranges()]
    fake = FakeClock()
    file = fetched(remote(server), tmp_path / "letters.gz", fake)
    assert file.read_bytes() == server.content
    assert [each.get("Range") for each in server.asked] == [
        None, "bytes=100000-", "bytes=200000-",
    ]  # fmt: skip
    assert server.asked[1]["If-Range"] == '"1"'
    assert fake.waits == [1, 1]  # each round gained something


def test_a_later_process_goes_on_too(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000), says(503)]
    with pytest.raises(DownloadError, match="503"):
        fetched(remote(server), tmp_path / "letters.gz")
    assert left(tmp_path) == {"letters.gz.part", "letters.gz.part.json"}
    server.answers = [ranges()]
    file = fetched(remote(server), tmp_path / "letters.gz")
    assert file.read_bytes() == server.content
    assert server.asked[-1]["Range"] == "bytes=100000-"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_a_stop_keeps_the_part(server: Site, tmp_path: Path, stop: type[BaseException]) -> None:
    def tell(progress: Progress) -> None:
        if progress.done > 100_000:
            raise stop

    with pytest.raises(stop):
        fetched(remote(server), tmp_path / "letters.gz", tell=tell)
    assert left(tmp_path) == {"letters.gz.part", "letters.gz.part.json"}
    assert 100_000 < (tmp_path / "letters.gz.part").stat().st_size < len(server.content)
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content
    assert "Range" in server.asked[-1]


def test_a_server_without_ranges_begins_anew(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000), whole()]
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content


def test_a_server_without_a_mark_begins_anew(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(tag="", until=100_000), ranges(tag="")]
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content
    assert "Range" not in server.asked[1]


def test_a_weak_mark_is_none_but_a_date_is_one(server: Site, tmp_path: Path) -> None:
    date = "Mon, 01 Jan 2024 00:00:00 GMT"
    server.answers = [ranges('W/"1"', until=100_000, Last_Modified=date), ranges('W/"1"')]
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content
    assert server.asked[1]["If-Range"] == date


def test_a_file_that_changes_between_two_requests_begins_anew(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000), ranges('"2"')]

    def change(seconds: float) -> None:
        server.content = server.content[::-1]

    clock = Clock(FakeClock().now, change)
    file = fetched(remote(server), tmp_path / "letters.gz", clock=clock)
    assert file.read_bytes() == server.content


def test_a_server_that_ignores_the_mark_is_not_believed(server: Site, tmp_path: Path) -> None:
    def other(handler: Any) -> None:
        del handler.headers["If-Range"]
        ranges('"2"')(handler)

    server.answers = [ranges(until=100_000), other]
    file = fetched(remote(server), tmp_path / "letters.gz")
    assert file.read_bytes() == server.content
    assert "Range" not in server.asked[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        says(416, Content_Range="bytes */5"),
        says(416),
        says(206, b"x" * 10, Content_Range="bytes 0-9/262144"),
        says(206, b"x" * 10, Content_Range="nonsense"),
        says(206, b"x" * 10),
    ],
)
def test_a_rest_that_does_not_fit_is_not_taken(server: Site, tmp_path: Path, wrong: Any) -> None:
    server.answers = [ranges(until=100_000), wrong, ranges()]
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content


def test_another_server_goes_on_if_the_sum_is_known(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000)]
    with site() as mirror:
        mirror.answers = [ranges('"other"')]
        sum = hashlib.sha256(server.content).hexdigest()
        file = fetched(remote(server, mirror, sha256=sum), tmp_path / "letters.gz")
        assert mirror.asked[0]["Range"] == "bytes=100000-"
    assert file.read_bytes() == server.content


def test_another_server_begins_anew_if_no_sum_is_known(server: Site, tmp_path: Path) -> None:
    server.answers = [ranges(until=100_000)]
    with site() as mirror:
        file = fetched(remote(server, mirror), tmp_path / "letters.gz")
        assert "Range" not in mirror.asked[0]
    assert file.read_bytes() == server.content


def test_a_part_of_something_else_costs_a_try_but_not_the_file(
    server: Site, tmp_path: Path
) -> None:
    sum = hashlib.md5(server.content).hexdigest()
    part = Part(tmp_path / "letters.gz")
    server.answers = [ranges(until=1000)]
    with pytest.raises(DownloadError):
        fetched(remote(server, md5=sum), tmp_path / "letters.gz")
    part.file.write_bytes(b"?" * 1000)
    server.answers = [ranges()]
    file = fetched(remote(server, md5=sum), tmp_path / "letters.gz")
    assert file.read_bytes() == server.content


@pytest.mark.parametrize("content", [b"", b"?" * 262_144, b"?" * 300_000])
def test_a_part_that_somebody_put_there_is_not_taken(
    server: Site, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "letters.gz.part").write_bytes(content)
    (tmp_path / "letters.gz.part.json").write_text("{")
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content


# What a server may do besides, and what is said of it.
WRONG: dict[str, tuple[list[Any], str]] = {
    "not found": ([says(404)], "the server answered 404"),
    "forbidden": ([says(403)], "the server answered 403"),
    "broken": ([says(500)], "the server answered 500"),
    "a page to log in": ([says(200, b"<html>")], "a file of 6 bytes instead of 262144"),
    "a longer file": ([whole(Content_Length=300_000)], "a file of 300000 bytes instead of"),
    "a negative length": ([whole(Content_Length="-5")], "a file of -5 bytes"),
    "a length of words": ([whole(Content_Length="many")], "a file of many bytes"),
    "an end too early": ([whole()], "letters.gz"),
    "an end without a length": ([chunked(b"short")], "sent 5 of 262144 bytes and ended"),
    "a chunk that is cut": ([chunked(b"short", end=False)], "letters.gz"),
    "no end": ([chunked(b"?" * 300_000)], "more than 262144 bytes"),
    "no HTTP": ([raw(b"SSH-2.0-OpenSSH_9.6\r\n")], "letters.gz"),
    "nothing": ([raw(b"")], "letters.gz"),
    "half a header": ([raw(b"HTTP/1.1 200 OK\r\nContent-Le")], "letters.gz"),
    "too many headers": (
        [raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n")], "letters.gz"
    ),
    "a line without an end": ([raw(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000)], "letters.gz"),
    "a chunk of no size": (
        [raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")], "letters.gz"
    ),
    "a circle": ([says(302, Location="/letters.gz")], "redirects in a circle"),
    "a file": ([says(301, Location="file:///etc/passwd")], "which is no web address"),
    "a script": ([says(307, Location="javascript:alert(1)")], "which is no web address"),
    "ftp": ([says(308, Location="ftp://127.0.0.1/x")], "which is no web address"),
    "nowhere": ([says(302)], "which is no web address"),
    "a broken place": ([says(302, Location="http://[::1")], "which is no web address"),
    "no port": ([says(302, Location="http://127.0.0.1:99999/")], "letters.gz"),
    "a choice": ([says(300)], "the server answered 300"),
    "not modified": ([says(304)], "the server answered 304"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_goes_wrong_is_told_in_one_line(
    server: Site, tmp_path: Path, case: str, language: str
) -> None:
    i18n.use(language)
    server.answers, said = WRONG[case]
    asked = remote(server)
    if case == "an end too early":
        server.answers = [ranges(tag="", until=1000)]
    with pytest.raises(DownloadError) as caught:
        fetched(asked, tmp_path / "letters.gz")
    line = str(caught.value)
    assert "\n" not in line
    assert "0x" not in line
    assert "gradviz" in line
    if language == "en":
        assert said in line
    assert not (tmp_path / "letters.gz").exists()


def test_two_lengths_are_told(server: Site, tmp_path: Path) -> None:
    server.answers = [whole(Content_Length="262144, 5")]
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        with pytest.raises(DownloadError, match=r"letters\.gz"):
            fetched(remote(server), tmp_path / "letters.gz")
        gc.collect()  # urllib3 leaves the socket to it, which warns


def test_a_refusal_is_not_asked_again_and_a_break_is_after_longer_pauses(
    server: Site, tmp_path: Path
) -> None:
    fake = FakeClock()
    server.answers = [says(404)]
    with pytest.raises(DownloadError):
        fetched(remote(server), tmp_path / "letters.gz", fake)
    assert (len(server.asked), fake.waits) == (1, [])
    server.asked.clear()
    server.answers = [says(500)]
    with pytest.raises(DownloadError):
        fetched(remote(server), tmp_path / "letters.gz", fake)
    assert (len(server.asked), fake.waits) == (3, [1, 2])


@pytest.mark.parametrize(
    ("said", "wait"),
    [("7", 7), ("100000", 60), ("soon", 1), ("-3", 1), ("Mon, 01 Jan 2001 00:00:00 GMT", 1),
     ("Fri, 01 Jan 2999 00:00:00 GMT", 60), ("Fri, 01 Jan 2999 00:00:00", 1)],
)  # fmt: skip
def test_a_server_may_ask_to_wait(server: Site, tmp_path: Path, said: str, wait: float) -> None:
    fake = FakeClock()
    server.answers = [says(429, Retry_After=said), ranges()]
    fetched(remote(server), tmp_path / "letters.gz", fake)
    assert fake.waits == [wait]


def test_the_next_address_is_asked_at_once(server: Site, tmp_path: Path) -> None:
    server.answers = [says(404)]
    with site() as mirror:
        fake = FakeClock()
        file = fetched(remote(server, mirror), tmp_path / "letters.gz", fake)
        assert fake.waits == []
    assert file.read_bytes() == server.content


def test_a_redirect_is_followed(server: Site, tmp_path: Path) -> None:
    with site() as other:
        server.answers = [says(302, Location="/b"), says(302, Location=f"{other.address}c")]
        file = fetched(remote(server), tmp_path / "letters.gz")
        assert other.asked[0]["path"] == "/c"
    assert [each["path"] for each in server.asked] == ["/letters.gz", "/b"]
    assert file.read_bytes() == server.content


def test_a_server_that_hangs_is_left(server: Site, tmp_path: Path) -> None:
    server.answers = [hangs(), hangs(until=1000), ranges()]
    limits = replace(QUICK, read=0.25)
    file = fetched(remote(server), tmp_path / "letters.gz", limits=limits)
    assert file.read_bytes() == server.content


def test_a_server_that_drips_is_left(server: Site, tmp_path: Path) -> None:
    def drips(handler: Any) -> None:
        handler.say(200, Content_Length=len(handler.server.content))
        handler.wfile.write(handler.server.content[:10])
        handler.server.ended.wait(5)

    server.answers = [drips]
    with pytest.raises(DownloadError, match="next to nothing"):
        fetched(remote(server), tmp_path / "letters.gz", FakeClock(step=100))


def test_a_server_that_drips_its_headers_is_left(
    server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drips(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nA: ")
        while not handler.server.ended.wait(0.01):
            handler.wfile.write(b"b")

    monkeypatch.setattr(watched, "ANSWER", 0.2)
    server.answers = [drips, ranges()]
    file = fetched(remote(server), tmp_path / "letters.gz")
    assert file.read_bytes() == server.content
    assert len(server.asked) == 2


def test_without_a_network_the_sample_is_offered(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        asked = Remote(
            "letters.gz",
            (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/"),
            10,
        )
        with pytest.raises(DownloadError, match=r"no network .*a sample of letters"):
            fetched(asked, tmp_path / "letters.gz")
    assert left(tmp_path) == set()


def test_a_proxy_of_the_system_is_asked(
    server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{server.server_port}")
    asked = Remote("letters.gz", ("http://far.invalid/letters.gz",), len(server.content))
    fetched(asked, tmp_path / "letters.gz")
    assert server.asked[0]["path"] == "http://far.invalid/letters.gz"
    assert server.asked[0]["Proxy-Authorization"] == "Basic bWU6c2VjcmV0"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    fetched(remote(server), tmp_path / "other.gz")
    assert server.asked[1]["path"] == "/letters.gz"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x", "http://127.0.0.1:1"])
def test_a_proxy_that_does_not_work_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(DownloadError):
        fetched(Remote("x", ("http://far.invalid/",), 10), tmp_path / "x")


def test_a_server_that_cannot_encrypt_is_told(tmp_path: Path, server: Site) -> None:
    address = server.address.replace("http:", "https:")
    server.answers = [raw(b"")]
    with pytest.raises(DownloadError, match="SSL"):
        fetched(Remote("x", (address,), 10), tmp_path / "x")


def test_a_redirect_does_not_leave_encryption() -> None:
    assert redirected("http://a/x", "https://b/y") == "https://b/y"
    assert redirected("https://a/x", "/y") == "https://a/y"
    with pytest.raises(RefusedError, match="not encrypted"):
        redirected("https://a/x", "http://b/y")


@pytest.mark.parametrize("sort", ["md5", "sha256"])
def test_a_corrupt_file_is_refused_and_not_kept(server: Site, tmp_path: Path, sort: str) -> None:
    asked = remote(server, **{sort: hashlib.new(sort, server.content).hexdigest()})
    server.content = server.content[:-1] + b"?"
    with pytest.raises(DownloadError, match="damaged"):
        fetched(asked, tmp_path / "letters.gz")
    assert left(tmp_path) == set()


def test_a_file_that_is_not_sound_is_refused_and_not_kept(server: Site, tmp_path: Path) -> None:
    def sound(file: Path) -> None:
        raise ArchiveError("the archive is {how}", how="hostile")

    with pytest.raises(DownloadError, match="the archive is hostile"):
        fetched(remote(server), tmp_path / "letters.gz", sound=sound)
    assert left(tmp_path) == set()


def test_the_sum_of_the_first_download_is_kept_and_compared(server: Site, tmp_path: Path) -> None:
    file = fetched(remote(server), tmp_path / "letters.gz")
    file.unlink()
    server.content = server.content[::-1]
    with pytest.raises(DownloadError, match="not the file of the first download"):
        fetched(remote(server), file)
    (tmp_path / "letters.gz.json").unlink()
    assert fetched(remote(server), file).read_bytes() == server.content


def test_two_processes_do_not_write_the_same_file(server: Site, tmp_path: Path) -> None:
    file = tmp_path / "letters.gz"
    with locked(file), pytest.raises(DownloadError, match="another process"):
        fetched(remote(server), file)
    fetched(remote(server), file)


def test_a_disk_without_room_is_told_before(
    server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 << 20))
    with pytest.raises(OutputError, match="2 MiB left, and 4 are needed"):
        fetched(remote(server, size=3 << 20), tmp_path / "letters.gz")
    assert server.asked == []


def test_a_disk_that_takes_no_more_keeps_the_part(server: Site, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            fetched(remote(server), tmp_path / "letters.gz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "letters.gz.part").stat().st_size == 100_000
    assert fetched(remote(server), tmp_path / "letters.gz").read_bytes() == server.content
    assert server.asked[-1]["Range"] == "bytes=100000-"


def test_a_place_that_is_no_folder_is_told(server: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        fetched(remote(server), tmp_path / "file" / "letters.gz")
