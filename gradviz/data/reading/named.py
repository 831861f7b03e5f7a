"""Named arrays of a file: NumPy's, MATLAB's and safetensors'."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from tokenize import TokenError
from typing import Any, TypeAlias

import numpy as np
import psutil
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gradviz.data.reading.files import File, opened, start, unreadable
from gradviz.data.reading.matlab import matlab_arrays
from gradviz.errors import DataError
from gradviz.i18n import N_

Array: TypeAlias = np.ndarray[Any, Any] | Tensor
REFUSALS = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, EOFError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, SafetensorError, SyntaxError, MemoryError, OverflowError),
    *(RuntimeError, TokenError, struct.error),
)
"""What readers raise for damaged files."""
GIB = 2**30
ONLY = ""
"""The name of the array of a file that holds just one."""


def arrays_of(file: File, names: Sequence[str]) -> list[Array]:
    """The arrays of those names; an empty name is the first, or only, one. Those of .npy and
    .safetensors files stay on the disk until they are asked for. Raises `DataError`.
    """
    begins = start(file, 128)
    read = next((read for known, read in _READERS if known(begins)), None)
    if read is None:
        raise DataError(
            N_("it is no file of arrays that is known"),
            where=str(file),
            mend=N_("give a .npy, .npz, .mat (version 5 to 7) or .safetensors file"),
        )
    try:
        return read(file, names)
    except REFUSALS as error:
        raise unreadable(str(file), error) from error


def _chosen(file: File, names: Sequence[str], known: Sequence[str]) -> list[str]:
    """The names of arrays that there are. Raises `DataError` that lists them."""
    if not known:
        raise DataError(
            N_("it holds no array"), where=str(file), mend=N_("give a file that holds some")
        )
    for name in names:
        if name not in known and (name or len(known) != 1):
            raise DataError(
                N_("there is no array “{name}”") if name else N_("it holds several arrays"),
                where=str(file),
                mend=N_("set input and target to some of: {known}"),
                name=name,
                known=", ".join(list(known)[:30]) or "–",
            )
    return [name or known[0] for name in names]


def _npy(file: File, names: Sequence[str]) -> list[Array]:
    _chosen(file, names, (ONLY,))
    with opened(file):
        array = np.load(file.path, mmap_mode="r", allow_pickle=False)
    return [array] * len(names)


def _npz(file: File, names: Sequence[str]) -> list[Array]:
    with opened(file) as stream, zipfile.ZipFile(stream) as archive:
        sizes = {
            each.filename.removesuffix(".npy"): each.file_size
            for each in archive.infolist()
            if each.filename.endswith(".npy")
        }
        chosen = _chosen(file, names, list(sizes))
        _check_room(file, sum(sizes[name] for name in set(chosen)))
        return [_member(archive, f"{name}.npy", sizes[name]) for name in chosen]


def _member(archive: zipfile.ZipFile, name: str, size: int) -> np.ndarray[Any, Any]:
    """An array of an archive; its own head must not ask for more than there is."""
    with archive.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        head = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = head(stream)
        if dtype.hasobject:
            raise ValueError("it holds Python objects")
        wanted = dtype.itemsize
        for each in shape:
            wanted *= each
        if wanted > size:
            raise ValueError(f"its head says {wanted} bytes, and there are {size}")
    with archive.open(name) as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _mat(file: File, names: Sequence[str]) -> list[Array]:
    known, arrays = matlab_arrays(file, names, largest=psutil.virtual_memory().available)
    chosen = _chosen(file, names, list(known))
    _check_room(file, sum(known[name] for name in set(chosen)))
    return list(arrays)


def _new_mat(file: File, names: Sequence[str]) -> list[Array]:
    raise DataError(
        N_("it is a MATLAB file of version 7.3, which is HDF5"),
        where=str(file),
        mend=N_("save it in MATLAB with: save('data.mat', '-v7')"),
    )


def _safetensors(file: File, names: Sequence[str]) -> list[Array]:
    with opened(file):
        tensors = safe_open(str(file), framework="pt")
    with tensors as held:
        chosen = _chosen(file, names, list(held.keys()))
        return [held.get_tensor(name) for name in chosen]


def _check_room(file: File, wanted: int) -> None:
    there = psutil.virtual_memory().available
    if wanted > there:
        raise DataError(
            N_("unpacked it takes {needed} GiB"),
            where=str(file),
            mend=N_("{there} GiB are free here; save it as .npy, which is read in pieces"),
            needed=f"{wanted / GIB:,.1f}",
            there=f"{there / GIB:,.1f}",
        )


Reader: TypeAlias = Callable[[File, Sequence[str]], list[Array]]
_READERS: tuple[tuple[Callable[[bytes], bool], Reader], ...] = (
    (lambda begins: begins.startswith(b"\x93NUMPY"), _npy),
    (lambda begins: begins.startswith(b"PK\x03\x04"), _npz),
    (lambda begins: begins.startswith(b"MATLAB 7.3"), _new_mat),
    (lambda begins: begins.startswith(b"MATLAB 5"), _mat),
    (lambda begins: begins[8:9] == b"{", _safetensors),
)
"""Each form of file: how one begins, and what reads it."""
