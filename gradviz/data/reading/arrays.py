"""Arrays of a file, cut into samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from gradviz.data.reading.files import File, check_unchanged, found
from gradviz.data.reading.named import Array, arrays_of
from gradviz.data.reading.table import As
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_


class ArraySamples(Dataset[tuple[Tensor, Any]]):
    """An array of inputs and one of targets, in which the axis counts the samples.

    Of an input, floats become float32, whole numbers int64 but for uint8, which images have. A
    target is a class as a whole number, or a float32 tensor of at least one dimension.
    """

    classes: tuple[str, ...]

    def __init__(
        self, path: str, input: str, target: str, target_path: str, *, axis: int, target_as: As
    ) -> None:
        file = found(path)
        names = [input, target] if target and not target_path else [input]
        arrays = arrays_of(file, names)
        files = [file]
        if target_path:
            files.append(found(target_path))
            arrays += arrays_of(files[1], [target])
        self._mapped: list[File] = [
            each
            for each, array in zip(files, (arrays[0], arrays[-1]), strict=False)
            if isinstance(array, np.memmap | Tensor)
        ]
        self._inputs = _usable(arrays[0], path, input, axis)
        self._targets: Array | None = None
        self._classes: dict[float, int] = {}
        if len(arrays) > 1:
            where = target_path or path
            whole = len(self._inputs)
            self._targets = _usable(_column(arrays[1], whole), where, target, 0)
            if len(self._targets) != whole:
                raise DataError(
                    N_("there are {inputs} inputs and {targets} targets: {one} and {other}"),
                    where=where,
                    mend=N_("choose arrays that belong together, or set axis to where samples lie"),
                    inputs=whole,
                    targets=len(self._targets),
                    one=tuple(self._inputs.shape),
                    other=tuple(self._targets.shape),
                )
            self._as(target_as, where, target)

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, index: int) -> tuple[Tensor, Any]:
        for each in self._mapped:
            check_unchanged(each)
        x = _sample(self._inputs, index)
        if self._targets is None:
            return x, x.clone()
        if self._classes:
            return x, self._classes[float(self._targets[index])]
        y = _sample(self._targets, index)
        if y.dtype == torch.uint8:
            y = y.long()
        if self._number:
            y = y.float()
        if not y.is_floating_point():
            return x, y if y.ndim else int(y)
        return x, y if y.ndim else y[None]

    def _as(self, target_as: As, where: str, name: str) -> None:
        self._number = target_as == "number"
        if target_as != "class" or self._targets is None:
            return
        if self._targets.ndim != 1:
            raise DataError(
                N_("the array “{name}” of shape {shape} holds no class for each sample"),
                where=where,
                mend=N_("choose an array of one number a sample, or set target_as to “number”"),
                name=name,
                shape=tuple(self._targets.shape),
            )
        values = torch.unique(_whole_array(self._targets)).tolist()
        self._classes = {float(value): number for number, value in enumerate(values)}
        self.classes = tuple(f"{value:g}" for value in values)


@DATASETS.add("files")
def Arrays(
    path: str = "",
    input: str = "",
    target: str = "",
    target_path: str = "",
    axis: int = 0,
    target_as: As = "auto",
) -> ArraySamples:
    """Arrays of a .npy, .npz, .mat or .safetensors file of yours, by their names; the axis is that
    of the samples. A target from another file has its path. Without a target it is the input.
    """
    return ArraySamples(path, input, target, target_path, axis=axis, target_as=target_as)


def _usable(array: Array, where: str, name: str, axis: int) -> Array:
    """The array with its samples in front. Raises `DataError` for one that holds no numbers."""
    if isinstance(array, np.ndarray) and array.dtype.kind not in "fiub":
        raise DataError(
            N_("the array “{name}” holds {dtype}, which is no type of plain numbers"),
            where=where,
            mend=N_("choose another array, or save it as numbers"),
            name=name,
            dtype=array.dtype,
        )
    if isinstance(array, Tensor) and array.is_complex():
        array = array.real
    if not -array.ndim <= axis < array.ndim:
        raise DataError(
            N_("the array “{name}” of shape {shape} has no axis {axis}"),
            where=where,
            mend=N_("choose an array with an axis for the samples"),
            name=name,
            shape=tuple(array.shape),
            axis=axis,
        )
    if not array.shape[axis]:
        raise DataError(
            N_("the array “{name}” of shape {shape} holds no sample"),
            where=where,
            mend=N_("choose another array, or another axis"),
            name=name,
            shape=tuple(array.shape),
        )
    if not axis:
        return array
    return array.movedim(axis, 0) if isinstance(array, Tensor) else np.moveaxis(array, axis, 0)


def _column(array: Array, count: int) -> Array:
    """MATLAB knows no fewer than two dimensions: one number a sample is a row or a column."""
    sides = tuple(array.shape)
    return array.reshape(count) if sides in ((count, 1), (1, count)) else array


def _sample(array: Array, index: int) -> Tensor:
    if isinstance(array, Tensor):
        part = array[index].clone()
    else:
        part = torch.from_numpy(_native(np.array(array[index])))
    if part.is_floating_point():
        return part.float()
    return part if part.dtype == torch.uint8 else part.long()


def _whole_array(array: Array) -> Tensor:
    plain = array if isinstance(array, Tensor) else torch.from_numpy(array.astype(np.float64))
    return plain.double()


def _native(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """In types that torch has."""
    if array.dtype.kind == "f":
        with np.errstate(all="ignore"):  # what is beyond float32 is infinite there
            return array.astype(np.float32)
    return array if array.dtype == np.uint8 else array.astype(np.int64)
