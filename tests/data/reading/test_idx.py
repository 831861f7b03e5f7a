"""IDX files of any name."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from gradviz.data.reading.idx import IDX
from gradviz.errors import DataError


def written(file: Path, array: np.ndarray) -> str:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    file.write_bytes(head + array.astype(np.uint8).tobytes())
    return str(file)


def test_images_and_labels(tmp_path: Path) -> None:
    array = np.arange(24).reshape(2, 3, 4)
    images = written(tmp_path / "images", array)
    labels = written(tmp_path / "labels", np.array([3, 1]))
    made = IDX(images, labels)
    assert made.classes == ("0", "1", "2", "3")
    assert torch.equal(made[0][0], torch.from_numpy(array[:1]).float() / 255)
    assert made[1][1] == 1
    assert IDX(images, labels, ("a", "b", "c", "d")).classes[made[0][1]] == "d"
    with pytest.raises(DataError, match="none of the 2 classes"):
        IDX(images, labels, ("a", "b"))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for given in (("", ""), (str(tmp_path), ""), (str(tmp_path / "x"), "")):
        with pytest.raises(DataError):
            IDX(*given)
    none = written(tmp_path / "none", np.zeros(0))
    with pytest.raises(DataError, match="belong together"):
        IDX(none, none)
