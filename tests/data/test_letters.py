"""Letters: the bundled sample, a user's own folder, damaged and hostile files."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
import torch
from PIL import Image

from gradviz.data.letters import LETTERS, LetterImages, Letters
from gradviz.data.loading import build_loader
from gradviz.errors import DataError
from gradviz.spec.data import Data
from gradviz.spec.model import Choice


def png(size: tuple[int, int] = (28, 28), level: int = 128, mode: str = "L") -> bytes:
    stream = io.BytesIO()
    colour = level if mode == "L" else (level,) * len(mode)
    Image.new(mode, size, colour).save(stream, "PNG")
    return stream.getvalue()


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def test_the_sample_has_every_letter_and_reports_its_damaged_files() -> None:
    sample = Letters()
    counts = torch.bincount(sample.labels, minlength=10)
    assert counts.min() >= 200
    assert len(sample.skipped) == 2
    assert {skipped.name.split("/")[1] for skipped in sample.skipped} == {"A", "F"}
    image, label = sample[0]
    assert image.shape == (1, 28, 28)
    assert image.dtype == torch.float32
    assert 0 <= image.min() < image.max() <= 1
    assert sample.classes[label] == "A"


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    root = folder(
        tmp_path / "notMNIST_small",
        {f"{letter}/x.png": png(level=i) for i, letter in enumerate(LETTERS)}
        | {
            "A/empty.png": b"",
            "B/text.png": b"no image",
            "C/large.png": png((30, 28)),
            "D/cut.png": png()[:40],
            "Z/other.png": png(),
            "A/notes.txt": b"hello",
        },
    )
    letters = LetterImages(root)
    assert len(letters) == 10
    assert [letters[i][1] for i in range(10)] == list(range(10))
    assert letters[3][0].mean().item() == pytest.approx(3 / 255)
    assert {skipped.name for skipped in letters.skipped} == {
        "A/empty.png", "B/text.png", "C/large.png", "D/cut.png",
    }  # fmt: skip
    assert all(skipped.reason for skipped in letters.skipped)


def test_colour_images_become_grey(tmp_path: Path) -> None:
    letters = LetterImages(folder(tmp_path, {"A/x.png": png(mode="RGB", level=255)}))
    assert letters[0][0].min() == 1


def test_an_archive_and_its_folder_are_the_same(tmp_path: Path) -> None:
    root = folder(tmp_path / "n", {"A/1.png": png(level=1), "J/2.png": png(level=2)})
    with tarfile.open(tmp_path / "n.tar.gz", "w:gz") as archive:
        archive.add(root, "n")
    packed, plain = LetterImages(tmp_path / "n.tar.gz"), LetterImages(root)
    assert torch.equal(packed.images, plain.images)
    assert torch.equal(packed.labels, plain.labels)


def test_a_hostile_archive_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "inside" / "evil.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as archive:
        for name in ("../A/out.png", "/A/root.png", "x/A/fine.png"):
            member = tarfile.TarInfo(name)
            content = png()
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("x/A/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        huge = tarfile.TarInfo("x/B/huge.png")
        huge.size = 2 << 20
        archive.addfile(huge, io.BytesIO(b"\0" * huge.size))
    letters = LetterImages(path)
    assert len(letters) == 3
    assert [skipped.name for skipped in letters.skipped] == ["x/B/huge.png"]
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["evil.tar", "inside"]


@pytest.mark.parametrize("make", ["missing", "empty", "text", "cut"])
def test_a_place_without_letters_is_refused(make: str, tmp_path: Path) -> None:
    path = tmp_path / "place"
    if make == "empty":
        path.mkdir()
    elif make == "text":
        path.write_text("hello")
    elif make == "cut":
        whole = Letters().path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="place"):
        LetterImages(path)


def test_batches_follow_the_seed_and_are_torchs() -> None:
    data = Data(Choice("Letters"), batch_size=5)
    first = next(iter(build_loader(data, seed=3)))
    again = next(iter(build_loader(data, seed=3)))
    other = next(iter(build_loader(data, seed=4)))
    assert torch.equal(first[0], again[0])
    assert not torch.equal(first[0], other[0])
    assert first[0].shape == (5, 1, 28, 28)
    assert first[1].dtype == torch.int64


def test_a_loader_without_a_batch_is_refused() -> None:
    data = Data(Choice("Moons", {"count": 3}), batch_size=8, drop_last=True)
    with pytest.raises(DataError, match="no batch: 3 samples"):
        build_loader(data, seed=0)
