"""Arrays of files against those that were saved; wrong and hostile ones in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import scipy.sparse
import torch
from safetensors.torch import save_file

from gradviz.data.reading.arrays import Arrays
from gradviz.errors import DataError

X = np.random.default_rng(0).random((5, 3, 2))
Y = np.array([2, 0, 1, 1, 2])
WANTED = torch.from_numpy(X).float()


def safetensors(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    save_file({name: torch.from_numpy(array) for name, array in arrays.items()}, path)


SAVE: dict[str, Callable[[Path, Mapping[str, np.ndarray]], Any]] = {
    "npz": lambda path, arrays: np.savez(path, **arrays),
    "packed.npz": lambda path, arrays: np.savez_compressed(path, **arrays),
    "mat": lambda path, arrays: scipy.io.savemat(path, dict(arrays)),
    "packed.mat": lambda path, arrays: scipy.io.savemat(path, dict(arrays), do_compression=True),
    "safetensors": safetensors,
}


@pytest.mark.parametrize("form", SAVE)
def test_named_arrays_are_read(tmp_path: Path, form: str) -> None:
    path = str(tmp_path / f"x.{form}")
    SAVE[form](Path(path), {"x": X, "y": Y})
    samples = Arrays(path, "x", "y")
    assert len(samples) == 5
    for i in range(5):
        x, y = samples[i]
        assert torch.equal(x, WANTED[i])
        assert y == Y[i]
    classes = Arrays(path, "x", "y", target_as="class")
    assert classes.classes == ("0", "1", "2")
    assert [y for _, y in (classes[i] for i in range(5))] == Y.tolist()
    assert [Arrays(path, "x", "y", target_as="number")[i][1].item() for i in range(5)] == [
        *Y.tolist()
    ]
    for given in ({"input": "z"}, {}, {"input": "x", "target": "z"}):
        with pytest.raises(DataError, match=r"set input and target to some of: .*x, y"):
            Arrays(path, **given)


def test_arrays_of_two_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y / 2)
    samples = Arrays(str(tmp_path / "x.npy"), target_path=str(tmp_path / "y.npy"))
    x, y = samples[3]
    assert torch.equal(x, WANTED[3])
    assert torch.equal(y, torch.tensor([0.5]))
    x, y = Arrays(str(tmp_path / "x.npy"))[3]
    assert torch.equal(x, y)


def test_samples_may_lie_along_another_axis(tmp_path: Path) -> None:
    scipy.io.savemat(
        tmp_path / "x.mat", {"X": np.moveaxis(X, 0, -1), "y": Y[:, None].astype(float)}
    )
    samples = Arrays(str(tmp_path / "x.mat"), "X", "y", axis=-1)
    assert torch.equal(samples[4][0], WANTED[4])
    assert torch.equal(samples[4][1], torch.tensor([2.0]))


@pytest.mark.parametrize(
    ("dtype", "wanted"),
    [
        ("f2", torch.float32), (">f4", torch.float32), ("f8", torch.float32),
        ("u1", torch.uint8), (">i2", torch.int64), ("u4", torch.int64), ("?", torch.int64),
    ],
)  # fmt: skip
def test_types_are_torchs(tmp_path: Path, dtype: str, wanted: torch.dtype) -> None:
    np.save(tmp_path / "x.npy", np.arange(6).reshape(3, 2).astype(dtype))
    x, _ = Arrays(str(tmp_path / "x.npy"))[1]
    assert x.dtype == wanted
    assert x.tolist() == [1, 1] if dtype == "?" else [2, 3]


def test_an_array_stays_on_the_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    samples = Arrays(str(tmp_path / "x.npy"))
    samples[0][0].zero_()
    assert torch.equal(samples[0][0], WANTED[0])
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:200])
    with pytest.raises(DataError, match="has changed"):
        samples[0]


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        raise AssertionError


def npy(array: np.ndarray, **more: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **more)
    return stream.getvalue()


def absurd() -> bytes:
    stream = io.BytesIO()
    head = {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**10)}
    np.lib.format.write_array_header_1_0(stream, head)
    return stream.getvalue()


def zipped(content: bytes, name: str = "x.npy") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


PICKLED = npy(np.array([print], object))
WRONG: dict[str, tuple[bytes, str]] = {
    "pickles": (PICKLED, "cannot be read"),
    "pickles in an archive": (zipped(PICKLED), "Python objects"),
    "absurd sizes": (absurd(), "cannot be read"),
    "absurd sizes in an archive": (zipped(absurd()), "its head says"),
    "texts": (npy(np.array(["a", "b"])), "no type of plain numbers"),
    "complex numbers": (npy(np.array([1j])), "no type of plain numbers"),
    "records": (npy(np.zeros(3, "i4,f4")), "no type of plain numbers"),
    "one number": (npy(np.array(1.0)), "has no axis 0"),
    "no sample": (npy(np.zeros((0, 3))), "holds no sample"),
    "cut": (npy(X)[:-9], "cannot be read"),
    "cut archive": (zipped(npy(X))[:-9], "cannot be read"),
    "an archive of nothing": (zipped(b"x", "a.txt"), "it holds no array"),
    "MATLAB 7.3": (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + b" " * 600, "-v7"),
    "cut MATLAB": (b"MATLAB 5.0 MAT-file" + b" " * 105 + b"\0\1IM" + b"\1" * 40, "cannot be read"),
    "safetensors": (b"\xff\xff\xff\xff\xff\xff\0\0{", "cannot be read"),
    "anything": (b"hello, hello, hello", "no file of arrays"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_one_line(tmp_path: Path, case: str) -> None:
    content, said = WRONG[case]
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(DataError) as caught:
        Arrays(str(tmp_path / "x"))
    assert str(caught.value).startswith(str(tmp_path))
    assert said in str(caught.value)


def test_a_file_that_crashes_scipy_is_one_line(tmp_path: Path) -> None:
    stream = io.BytesIO()
    scipy.io.savemat(stream, {"x": np.eye(2)})
    content = bytearray(stream.getvalue())
    content[176] = 0  # the type of the numbers; scipy 1.17 then ends Python
    (tmp_path / "x.mat").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read as a MATLAB file"):
        Arrays(str(tmp_path / "x.mat"), "x")


def test_what_is_no_array_of_numbers_is_not_offered(tmp_path: Path) -> None:
    held = {"x": np.eye(2), "s": {"a": 1}, "c": np.array([1, "a"], object), "t": "text"}
    scipy.io.savemat(tmp_path / "x.mat", {**held, "sparse": scipy.sparse.eye(2).tocsc()})
    with pytest.raises(DataError, match=r"some of: x, sparse$"):
        Arrays(str(tmp_path / "x.mat"), "s")
    assert Arrays(str(tmp_path / "x.mat"), "sparse")[1][0].tolist() == [0, 1]


def test_numbers_beyond_float32_are_infinite(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([[1e300], [-1e300]]))
    assert [x.item() for x, _ in Arrays(str(tmp_path / "x.npy"))] == [np.inf, -np.inf]


def test_an_archive_larger_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Little:
        available = 100

    monkeypatch.setattr("psutil.virtual_memory", Little)
    np.savez_compressed(tmp_path / "x.npz", x=X)
    scipy.io.savemat(tmp_path / "x.mat", {"x": X})
    for name in ("x.npz", "x.mat"):
        with pytest.raises(DataError, match="unpacked it takes"):
            Arrays(str(tmp_path / name), "x")


def test_arrays_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=X, y=Y[:4])
    with pytest.raises(DataError, match="5 inputs and 4 targets"):
        Arrays(str(tmp_path / "x.npz"), "x", "y")
    np.savez(tmp_path / "x.npz", x=X, y=X)
    with pytest.raises(DataError, match="no class for each sample"):
        Arrays(str(tmp_path / "x.npz"), "x", "y", target_as="class")


def test_a_package_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scipy.io.savemat(tmp_path / "x.mat", {"x": X})
    monkeypatch.setitem(__import__("sys").modules, "scipy.io", None)
    with pytest.raises(DataError, match=r"pip install 'gradviz\[matlab\]'"):
        Arrays(str(tmp_path / "x.mat"), "x")


def test_a_file_that_holds_no_array_is_told(tmp_path: Path) -> None:
    save_file({}, tmp_path / "none.safetensors")
    with pytest.raises(DataError, match="it holds no array"):
        Arrays(str(tmp_path / "none.safetensors"))
