"""``gradviz data``: from a server on loopback to a dataset, as a user meets it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import gradviz
from gradviz.cli import run
from gradviz.data.getting import get as getting
from gradviz.data.getting.cache import cache_folder, home_of, unpacked_of
from gradviz.data.getting.limits import Clock, Limits, Progress
from gradviz.data.getting.sources import SOURCES, Remote, Source
from gradviz.data.letters import LETTERS, LetterImages
from gradviz.data.mnist import MNIST
from gradviz.errors import DownloadError, OutputError
from tests.data.getting.server import Site, files, ranges, says
from tests.data.getting.test_unpacking import tar
from tests.data.test_idx import IMAGES, LABELS, packed
from tests.data.test_letters import png

NAME = "notmnist-small"
IMAGES_OF_LETTERS = {
    f"notMNIST_small/{letter}/{i}.png": png(level=40 * i + j)
    for j, letter in enumerate(LETTERS)
    for i in range(3)
}
DAMAGED = {"notMNIST_small/A/bad.png": b"", "notMNIST_small/F/bad.png": png()[:50]}
DIGITS = {
    name: gzip.compress(packed(array))
    for part in ("train", "t10k")
    for name, array in (
        (f"{part}-images-idx3-ubyte.gz", IMAGES),
        (f"{part}-labels-idx1-ubyte.gz", LABELS),
    )
}


def letters() -> bytes:
    return tar(*IMAGES_OF_LETTERS.items(), *DAMAGED.items())


@pytest.fixture(autouse=True)
def sources(server: Site, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """The sources with their files at the server."""
    server.content = letters()
    table: Any = SOURCES
    contents = {"notMNIST_small.tar.gz": server.content, **DIGITS}
    for name in (NAME, "mnist"):
        there = tuple(
            Remote(file.name, (server.address + file.name,), len(contents[file.name]))
            for file in SOURCES[name].files
        )
        monkeypatch.setitem(table, name, replace(SOURCES[name], files=there))
    monkeypatch.setattr(Limits, "tries", 1)
    return table


def test_letters_are_downloaded_and_their_damaged_files_told(
    server: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "get", NAME]) == 0
    said, complained = capsys.readouterr()
    place = unpacked_of(SOURCES[NAME])
    assert said.splitlines() == [
        f"30 images in {place}",
        "  skipped A/bad.png: empty file",
        said.splitlines()[2],
        f'for a project: "dataset": {{"kind": "Letters", "settings": {{"path": "{place}"}}}}',
    ]
    assert "skipped F/bad.png: " in said
    assert complained == ""
    assert len(LetterImages(place)) == 30
    assert len(server.asked) == 1
    server.answers = [says(500)]
    assert run(["data", "get", NAME]) == 0  # from the cache, without the network
    assert capsys.readouterr().out == said


def test_the_result_can_be_read_by_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "get", NAME, "--to", str(tmp_path / "mine"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["folder"] == str(tmp_path / "mine" / "notMNIST_small")
    assert (told["name"], told["kind"], told["images"]) == (NAME, "Letters", 30)
    assert list(told["skipped"]) == ["A/bad.png", "F/bad.png"]
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["notMNIST_small"]
    assert not unpacked_of(SOURCES[NAME]).exists()
    assert (home_of(SOURCES[NAME]) / "notMNIST_small.tar.gz").exists()


def test_the_list_says_what_is_there(server: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    assert before["cache"] == str(cache_folder())
    assert {each["name"]: each["folder"] for each in before["datasets"]} == dict.fromkeys(SOURCES)
    assert run(["data", "get", NAME]) == 0
    capsys.readouterr()
    assert run(["data", "list", "--lang", "ko"]) == 0
    said = capsys.readouterr().out
    assert str(unpacked_of(SOURCES[NAME])) in said
    assert re.search("[가-힣]", said)
    for name, source in SOURCES.items():
        assert f"{name}  · {source.kind}" in said


def test_digits_are_four_files(server: Site, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers = [files(DIGITS)]
    assert run(["data", "get", "mnist"]) == 0
    assert "80 images in " in capsys.readouterr().out
    assert [len(MNIST(train=train)) for train in (True, False)] == [40, 40]
    assert len(server.asked) == 4


def test_a_project_trains_on_what_was_downloaded(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "get", NAME, "--json"]) == 0
    place = json.loads(capsys.readouterr().out)["folder"]
    project = json.loads((examples / "letters_cnn.gradviz").read_text("utf-8"))
    project["data"]["dataset"] = {"kind": "Letters", "settings": {"path": place}}
    file = tmp_path / "mine.gradviz"
    file.write_text(json.dumps(project), "utf-8")
    session = gradviz.Session.from_project(gradviz.load(file))
    session.step_iteration()
    assert session.error is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_stop_goes_on_the_next_time(
    server: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    def interrupted(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    import gradviz.dataverbs as verbs

    class Stopping:
        def __enter__(self) -> Any:
            return interrupted

        def __exit__(self, *_: object) -> None:
            pass

    server.answers = [ranges(until=1000)]
    with monkeypatch.context() as patched:
        patched.setattr(verbs, "_progress", Stopping)
        assert run(["data", "get", NAME, "--lang", language]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert NAME in line
    server.answers = [ranges()]
    assert run(["data", "get", NAME]) == 0
    assert server.asked[-1]["Range"] == "bytes=1000-"


def test_a_hostile_archive_is_refused_and_not_kept(
    server: Site,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.content = tar(("notMNIST_small/A/x.png", png()), ("../../../out.png", png()))
    table: Any = SOURCES
    there = (replace(SOURCES[NAME].files[0], size=len(server.content)),)
    monkeypatch.setitem(table, NAME, replace(SOURCES[NAME], files=there))
    assert run(["data", "get", NAME, "--to", str(tmp_path / "mine")]) == 2
    assert "which leads out of its folder" in capsys.readouterr().err
    left = {each.name for each in tmp_path.rglob("*") if not each.name.endswith(".lock")}
    assert left == {"cache", "mine", NAME}


def test_what_stands_at_the_place_is_left_as_it_is(
    server: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine" / "notMNIST_small"
    mine.mkdir(parents=True)
    (mine / "thesis.txt").write_text("precious")
    assert run(["data", "get", NAME, "--to", str(tmp_path / "mine")]) == 2
    assert "no letter images here" in capsys.readouterr().err
    assert [each.name for each in mine.iterdir()] == ["thesis.txt"]
    assert server.asked == []


def test_a_file_at_the_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "notMNIST_small").write_text("")
    with pytest.raises(OutputError, match="cannot be made into a folder"):
        getting.get(SOURCES[NAME], to=tmp_path)


def test_words_for_no_network_and_no_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("http_proxy", "http://no-such-host.invalid:1")
    assert run(["data", "get", NAME]) == 2
    line = capsys.readouterr().err
    assert "no network" in line
    assert "sample of letters" in line
    assert run(["data", "get", "imagenet"]) == 2
    assert "take one of: notmnist-small" in capsys.readouterr().err


def test_a_process_that_was_faster_is_taken(server: Site, sources: dict[str, Source]) -> None:
    source = sources[NAME]

    def tell(progress: Progress) -> None:
        if progress.done == progress.total:
            place = unpacked_of(source) / "A"
            place.mkdir(parents=True)
            (place / "x.png").write_bytes(png())

    assert getting.get(source, tell=tell, clock=Clock()) == unpacked_of(source)
    assert len(LetterImages(unpacked_of(source))) == 1


def test_two_at_once_are_told(sources: dict[str, Source]) -> None:
    from gradviz.data.getting.download import locked

    home = home_of(sources[NAME])
    home.mkdir(parents=True)
    with locked(home / sources[NAME].folder), pytest.raises(DownloadError, match="another process"):
        getting.get(sources[NAME])


@pytest.mark.parametrize("source", [*SOURCES.values()], ids=[*SOURCES])
def test_sources_are_whole(source: Source) -> None:
    assert source.size > 0
    for file in source.files:
        assert len(set(file.addresses)) == len(file.addresses) >= 2
        assert file.addresses[0].startswith("https://")
        assert all(address.endswith(f"/{file.name}") for address in file.addresses)
        assert len(file.md5) in (0, 32)
        assert len(file.sha256) in (0, 64)
        assert source.unpacked > file.size
