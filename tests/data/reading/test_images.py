"""A folder of images a class: torchvision's order and numbers, damaged and hostile files."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from gradviz.data.reading.images import ImageFolder
from gradviz.errors import DataError

RANDOM = np.random.default_rng(0)


def picture(size: tuple[int, int] = (6, 4), mode: str = "RGB", form: str = "PNG") -> bytes:
    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
    stream = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, shape, np.uint8)).convert(mode).save(stream, form)
    return stream.getvalue()


def folder(root: Path, files: Mapping[str, bytes]) -> str:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return str(root)


def pixels(content: bytes, mode: str = "RGB") -> torch.Tensor:
    array = np.asarray(Image.open(io.BytesIO(content)).convert(mode))
    array = array[..., None] if mode == "L" else array
    return torch.from_numpy(array.copy()).permute(2, 0, 1).to(torch.float32) / 255


def test_images_come_in_torchvisions_order(tmp_path: Path) -> None:
    files = {
        "dog/10.png": picture(), "dog/2.jpg": picture(form="JPEG"), "cat/deep/a.bmp":
        picture(form="BMP"), "cat/z.PNG": picture(), "cat/notes.txt": b"hello",
        ".hidden/x.png": picture(), "dog/.x.png": b"", "top.png": picture(),
    }  # fmt: skip
    images = ImageFolder(folder(tmp_path, files))
    assert images.classes == ("cat", "dog")
    assert images.names == ["cat/z.PNG", "cat/deep/a.bmp", "dog/10.png", "dog/2.jpg"]
    assert images.skipped == []
    for i, name in enumerate(images.names):
        image, label = images[i]
        assert torch.equal(image, pixels(files[name]))
        assert images.classes[label] == name.partition("/")[0]
    batch, labels = next(iter(DataLoader(images, batch_size=4)))
    assert batch.shape == (4, 3, 4, 6)
    assert labels.tolist() == [0, 0, 1, 1]


def test_grey_images_have_one_channel_unless_one_has_colours(tmp_path: Path) -> None:
    grey = {"a/1.png": picture(mode="L"), "b/2.png": picture(mode="1")}
    images = ImageFolder(folder(tmp_path, grey))
    assert torch.equal(images[0][0], pixels(grey["a/1.png"], "L"))
    assert images[1][0].shape == (1, 4, 6)
    images = ImageFolder(folder(tmp_path, {"b/3.png": picture(mode="P")}))
    assert [images[i][0].shape[0] for i in range(3)] == [3, 3, 3]


@pytest.mark.filterwarnings("ignore:.*mode.*:DeprecationWarning")
def test_sixteen_bits_of_grey_become_eight(tmp_path: Path) -> None:
    levels = np.array([[0, 256, 0x8000, 0xFFFF]], np.uint16)
    (tmp_path / "a").mkdir()
    Image.fromarray(levels).save(tmp_path / "a" / "x.png")
    image, _ = ImageFolder(str(tmp_path))[0]
    assert (image * 255).tolist() == [[[0, 1, 128, 255]]]


def test_one_size_is_asked_for_or_set(tmp_path: Path) -> None:
    path = folder(tmp_path, {"a/1.png": picture(), "a/2.png": picture((8, 8))})
    with pytest.raises(DataError, match=r"2 sizes, such as 6×4 \(a/1.png\) and 8×8 \(a/2.png\)"):
        ImageFolder(path)
    images = ImageFolder(path, size=(5, 7))
    plain = Image.open(tmp_path / "a/1.png").resize((7, 5), Image.Resampling.BILINEAR)
    assert torch.equal(images[0][0], torch.from_numpy(np.array(plain)).permute(2, 0, 1) / 255)
    assert ImageFolder(path, size=(9,))[1][0].shape == (3, 9, 9)
    image, label = ImageFolder(path, tensor=False)[1]
    assert (image.size, image.mode, label) == ((8, 8), "RGB", 0)


def test_damaged_files_are_left_out_and_listed(tmp_path: Path) -> None:
    jpeg, png = picture((64, 64), form="JPEG"), picture((64, 64))
    path = folder(tmp_path, {
        "a/fine.png": picture(), "a/also.jpg": picture(form="JPEG") + b"more at the end",
        "a/empty.png": b"", "a/text.png": b"no image", "a/cut.jpg": jpeg[: len(jpeg) // 2],
        "a/cut.png": png[: len(png) // 2], "a/head.png": png[:30], "b/none.gif": b"GIF89a",
        "a/code.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    })  # fmt: skip
    images = ImageFolder(path)
    assert images.names == ["a/also.jpg", "a/fine.png"]
    assert [each.name for each in images.skipped] == [
        *("a/code.png", "a/cut.jpg", "a/cut.png", "a/empty.png", "a/head.png", "a/text.png"),
        *("b/none.gif", "b"),
    ]
    assert all(each.reason and str(tmp_path) not in each.reason for each in images.skipped)


def test_a_bomb_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder(tmp_path, {"a/1.png": picture((10, 10)), "a/2.png": picture((10, 15))})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 120)
    images = ImageFolder(path)
    assert images.names == ["a/1.png"]
    assert "bomb" in images.skipped[0].reason


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder(outside, {"secret/x.png": picture()})
    root = tmp_path / "root"
    folder(root, {"a/1.png": picture()})
    (root / "a" / "in.png").symlink_to(root / "a" / "1.png")
    (root / "a" / "out.png").symlink_to(outside / "secret" / "x.png")
    (root / "a" / "none.png").symlink_to("nowhere")
    (root / "a" / "self.png").symlink_to("self.png")
    (root / "a" / "loop").symlink_to(root)
    (root / "b").symlink_to(outside / "secret")
    os.mkfifo(root / "a" / "pipe.png")
    (root / "a" / "folder.png").mkdir()
    images = ImageFolder(str(root))
    assert images.names == ["a/1.png", "a/in.png"]
    assert {(each.name, each.reason) for each in images.skipped} == {
        ("b", "a link to a folder"), ("a/loop", "a link to a folder"),
        ("a/out.png", "a link out of the folder"), ("a/none.png", "a link to nothing"),
        ("a/self.png", "a link to nothing"), ("a/pipe.png", "no ordinary file"),
    }  # fmt: skip


def test_an_image_that_is_gone_is_named(tmp_path: Path) -> None:
    images = ImageFolder(folder(tmp_path, {"a/1.png": picture(), "a/2.png": picture()}))
    (tmp_path / "a/1.png").unlink()
    with pytest.raises(DataError, match=r"a/1\.png"):
        images[0]
    (tmp_path / "a/2.png").write_bytes(picture()[:50])
    with pytest.raises(DataError, match=r"a/2\.png"):
        images[1]


@pytest.mark.parametrize("make", ["unnamed", "missing", "file", "empty", "flat", "without"])
def test_a_place_without_images_is_refused(tmp_path: Path, make: str) -> None:
    files: dict[str, dict[str, bytes]] = {
        "file": {"place": b"x"}, "flat": {"place/1.png": picture()},
        "without": {"place/a/x.txt": b"x"},
    }  # fmt: skip
    folder(tmp_path, files.get(make, {}))
    if make == "empty":
        (tmp_path / "place").mkdir()
    with pytest.raises(DataError, match=" → "):
        ImageFolder("" if make == "unnamed" else str(tmp_path / "place"))


def test_one_image_is_enough(tmp_path: Path) -> None:
    assert len(ImageFolder(folder(tmp_path, {"a/1.png": picture()}))) == 1
