"""IDX files and the datasets of them: MNIST's form, damaged and hostile ones, and their code."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gradviz
from gradviz import i18n
from gradviz.code.files import write_python
from gradviz.data.getting.cache import VARIABLE, unpacked_of
from gradviz.data.getting.sources import SOURCES
from gradviz.data.idx import read_idx
from gradviz.data.loading import build_loader
from gradviz.data.mnist import MNIST, FashionMNIST
from gradviz.errors import DataError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
LABELS = (np.arange(40) % 10).astype(np.uint8)


def idx(sort: int, sizes: Sequence[int], content: bytes) -> bytes:
    return struct.pack(f">HBB{len(sizes)}I", 0, sort, len(sizes), *sizes) + content


def packed(array: np.ndarray) -> bytes:
    return idx(8, array.shape, array.tobytes())


def written(folder: Path, *, zipped: bool = False, part: str = "train") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
        content = packed(array)
        file = folder / f"{part}-{name}-ubyte{'.gz' if zipped else ''}"
        file.write_bytes(gzip.compress(content) if zipped else content)
    return folder


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("train", [False, True])
def test_images_and_labels_are_read(tmp_path: Path, zipped: bool, train: bool) -> None:
    part = "train" if train else "t10k"
    made = MNIST(str(written(tmp_path, zipped=zipped, part=part)), train)
    assert len(made) == 40
    image, label = made[13]
    assert torch.equal(image, torch.from_numpy(IMAGES[13]).float()[None] / 255)
    assert (label, made.classes[label]) == (3, "3")


def test_a_download_is_found_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(DataError, match="gradviz data get fashion-mnist"):
        FashionMNIST()
    written(unpacked_of(SOURCES["fashion-mnist"]))
    images, labels = next(iter(build_loader(Data(Choice("FashionMNIST"), batch_size=8), seed=0)))
    assert (images.shape, labels.dtype) == ((8, 1, 28, 28), torch.int64)
    assert FashionMNIST().classes[9] == "Ankle boot"


@pytest.mark.parametrize(
    ("sort", "kind"),
    [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")],
)
def test_every_type_of_idx_is_read(tmp_path: Path, sort: int, kind: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(kind)
    (tmp_path / "x").write_bytes(idx(sort, (2, 3), array.tobytes()))
    assert np.array_equal(read_idx(tmp_path / "x"), array)


HOSTILE = {
    "empty": b"",
    "cut header": idx(8, (2, 3), b"")[:7],
    "no header": b"\x89PNG\r\n\x1a\n" * 10,
    "no type": idx(7, (2,), b"12"),
    "much": idx(8, (2**32 - 1, 2**32 - 1), b""),
    "more than there is": idx(8, (2**30,), b"12"),
    "more than it says": idx(8, (2,), b"123"),
    "less than it says": idx(8, (3,), b"12"),
    "many sizes": struct.pack(">HBB", 0, 8, 255) + bytes(255 * 4),
    "sizes of nothing": idx(14, (0, *[2**32 - 1] * 7), b""),
    "cut gzip": gzip.compress(packed(LABELS))[:-6],
    "bomb": gzip.compress(idx(8, (5,), bytes(1 << 22))),
    "no gzip": b"\x1f\x8bnonsense",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_wrong_file_is_one_line(case: str, language: str, tmp_path: Path) -> None:
    i18n.use(language)
    file = tmp_path / "x"
    file.write_bytes(HOSTILE[case])
    with pytest.raises(DataError) as caught:
        read_idx(file)
    assert str(caught.value).startswith(str(file))


@given(st.binary(max_size=40))
def test_any_header_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "x"
    file.write_bytes(b"\0\0" + content)
    try:
        assert read_idx(file).nbytes <= 40
    except DataError as error:
        assert error.where == str(file)  # noqa: PT017


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (IMAGES[:39], LABELS),
        (IMAGES[:, :, 0], LABELS),
        (IMAGES, LABELS[:, None]),
        (IMAGES[:0], LABELS[:0]),
        (IMAGES, LABELS + 9),
    ],
)
def test_files_that_do_not_belong_together_are_told(
    tmp_path: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(packed(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(packed(labels))
    with pytest.raises(DataError, match=r"belong together|none of the 10 classes"):
        MNIST(str(tmp_path))


def project(path: str, **settings: bool) -> Project:
    blocks = (
        Block("image", "Input", {"shape": [1, 28, 28]}),
        Block("flat", "Flatten"),
        Block("fc", "Linear", {"in_features": 784, "out_features": 10}),
        Block("scores", "Output"),
    )
    wires = (Wire("image", "flat"), Wire("flat", "fc"), Wire("fc", "scores"))
    data = Data(Choice("MNIST", {"path": path, **settings}), batch_size=8)
    return Project(
        model=Model(blocks, wires),
        data=data,
        training=Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1})),
    )


@pytest.mark.parametrize("kept", [False, True])
def test_exported_code_runs_alone_and_gives_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    home = unpacked_of(SOURCES["mnist"]) if kept else tmp_path / "mine"
    written(home, zipped=not kept, part="t10k")
    asked = project("" if kept else str(home), train=False)
    (tmp_path / "code").mkdir()
    files = write_python(asked, tmp_path / "code" / "model.py")
    assert len(files) == (3 if kept else 1)
    if kept:
        (tmp_path / "cache").rename(tmp_path / "elsewhere")
    ran = subprocess.run(
        [sys.executable, "-I", "model.py"],
        cwd=tmp_path / "code",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    if kept:
        (tmp_path / "elsewhere").rename(tmp_path / "cache")
    session = gradviz.Session.from_project(asked)
    session.step_iteration(5)
    (last,) = [each for each in session.trace.events if type(each).__name__ == "LossComputed"][-1:]
    loss = session.trace.value(last.value).item()
    assert f"{loss:.4f}" in ran.stdout


def test_code_is_not_exported_before_its_data_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    with pytest.raises(DataError, match="gradviz data list"):
        write_python(project(""), tmp_path / "model.py")
    assert list(tmp_path.iterdir()) == []
