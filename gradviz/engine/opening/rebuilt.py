"""A tensor put together again from what a trace file holds of it.

Everything that torch itself would take on trust is checked first: where a tensor lies in its
memory, and what the indices of a sparse or a jagged one point at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import prod

import torch
from torch import Tensor

from gradviz.trace.index import Array, Held
from gradviz.trace.parts import LARGEST, extent

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in vars(torch).values()
    if isinstance(dtype, torch.dtype) and not str(dtype).startswith(("torch.qint", "torch.quint"))
}
"""Those that memory can be looked at as; a quantized tensor is stored as its integers."""
Bytes = Callable[[int], Tensor]
"""A segment as a tensor of bytes."""


class DamagedError(Exception):
    """What a file says of a value makes no tensor."""


def rebuilt(held: Held, bytes_of: Bytes) -> Tensor:
    """The tensor. Raises `DamagedError`."""
    try:
        with _undisturbed():
            arrays = [_array(array, held.kind, bytes_of) for array in held.arrays]
            return _BUILDERS[held.kind](held, arrays)
    except (RuntimeError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise DamagedError(" ".join(str(error).split())[:200]) from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whatever the caller has set in torch, and though a recording runs."""
    with torch.inference_mode(False), torch.no_grad(), torch._C.DisableTorchFunction():
        yield


def _array(array: Array, kind: str, bytes_of: Bytes) -> Tensor:
    dtype = DTYPES.get(array.dtype)
    if dtype is None:
        raise ValueError(f"there is no dtype {array.dtype}")
    if len(array.shape) != len(array.stride):
        raise ValueError("shape and stride do not fit")
    if kind == "meta":
        return torch.empty_strided(array.shape, array.stride, dtype=dtype, device="meta")
    if 0 in array.shape:
        whole = torch.empty_strided(array.shape, array.stride, dtype=dtype, device="cpu")
    else:
        memory = bytes_of(array.segment)
        size = dtype.itemsize
        spans = extent(array.shape, array.stride) * size
        if array.start % size or array.start + spans > len(memory):
            raise ValueError("it lies beyond its memory")
        if prod(array.shape) * size > max(LARGEST, spans):
            raise ValueError("it would fill the machine's memory")
        flat = memory[array.start : array.start + spans].view(dtype)
        whole = flat.as_strided(array.shape, array.stride)
    whole = whole.conj() if array.conj else whole
    return torch._neg_view(whole) if array.neg else whole


def _dense(_held: Held, arrays: list[Tensor]) -> Tensor:
    (whole,) = arrays
    return whole


def _coo(held: Held, arrays: list[Tensor]) -> Tensor:
    indices, values = arrays
    _check_shape(held, values)
    return torch.sparse_coo_tensor(
        indices, values, held.shape, is_coalesced=bool(held.numbers[0]), check_invariants=True
    )


def _compressed(held: Held, arrays: list[Tensor]) -> Tensor:
    compressed, plain, values = arrays
    _check_shape(held, values)
    return torch.sparse_compressed_tensor(
        compressed,
        plain,
        values,
        held.shape,
        layout=getattr(torch, f"sparse_{held.kind}"),
        check_invariants=True,
    )


def _check_shape(held: Held, values: Tensor) -> None:
    if prod(held.shape) * values.dtype.itemsize > max(LARGEST, values.nbytes):
        raise ValueError("it would fill the machine's memory")


def _nested(_held: Held, arrays: list[Tensor]) -> Tensor:
    return torch.nested.as_nested_tensor(arrays)


def _jagged(held: Held, arrays: list[Tensor]) -> Tensor:
    values, offsets, *more = arrays
    ragged = int(held.numbers[0])
    if not 1 <= ragged <= values.dim():
        raise ValueError("there is no such ragged dimension")
    room = values.shape[ragged - 1]
    bounds = [int(bound) for bound in offsets.tolist()]
    if not bounds or bounds[0] < 0 or bounds[-1] > room or any(b < a for a, b in pairwise(bounds)):
        raise ValueError("its parts lie beyond its memory")
    lengths = more[0] if more else None
    if lengths is not None:
        sizes = [int(size) for size in lengths.tolist()]
        fits = len(sizes) == len(bounds) - 1 and all(
            size >= 0 and bound + size <= room for bound, size in zip(bounds, sizes, strict=False)
        )
        if not fits:
            raise ValueError("its parts lie beyond its memory")
    return torch.nested.nested_tensor_from_jagged(values, offsets, lengths, jagged_dim=ragged)


def _mkldnn(_held: Held, arrays: list[Tensor]) -> Tensor:
    return arrays[0].to_mkldnn()


def _quantized(held: Held, arrays: list[Tensor]) -> Tensor:
    scale, zero = held.numbers
    return torch._make_per_tensor_quantized_tensor(arrays[0], scale, int(zero))


def _quantized_channels(held: Held, arrays: list[Tensor]) -> Tensor:
    whole, scales, zeros = arrays
    axis = int(held.numbers[0])
    if not 0 <= axis < whole.dim() or not len(scales) == len(zeros) == whole.shape[axis]:
        raise ValueError("its scales do not fit")
    return torch._make_per_channel_quantized_tensor(whole, scales, zeros, axis)


_BUILDERS: dict[str, Callable[[Held, list[Tensor]], Tensor]] = {
    "dense": _dense,
    "meta": _dense,
    "coo": _coo,
    "csr": _compressed,
    "csc": _compressed,
    "bsr": _compressed,
    "bsc": _compressed,
    "nested": _nested,
    "jagged": _jagged,
    "mkldnn": _mkldnn,
    "quantized": _quantized,
    "quantized_channels": _quantized_channels,
}
