"""The memory behind dense tensors: which stretches of it are used, each written once."""

from __future__ import annotations

import ctypes
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from gradviz.trace.index import Array, Segment
from gradviz.trace.parts import extent

if TYPE_CHECKING:
    from torch import Tensor, UntypedStorage

_ALIGNMENT = 16
"""A stretch is cut from its memory at a multiple of the largest element's size."""


class _Stream(Protocol):
    def write(self, data: memoryview, /) -> object: ...


class Memory:
    """Tensors that look at the same bytes share a segment; a number that is expanded to a million
    takes no more room than in torch.
    """

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        used: dict[int, list[tuple[int, int]]] = {}
        self._storages: dict[int, UntypedStorage] = {}
        for tensor in tensors:
            begin, end = _stretch(tensor)
            if begin < end:
                storage = tensor.untyped_storage()
                key = storage.data_ptr()
                used.setdefault(key, []).append((begin, end))
                self._storages.setdefault(key, storage)
        self._stretches: list[tuple[int, int, int]] = []
        self._begins: dict[int, list[int]] = {}
        self._first: dict[int, int] = {}
        for key, found in used.items():
            merged = list(_merged(found))
            self._first[key] = len(self._stretches)
            self._begins[key] = [begin for begin, _end in merged]
            self._stretches += [(key, begin, end) for begin, end in merged]

    def array(self, tensor: Tensor) -> Array:
        """Where a tensor lies in the segments."""
        begin, end = _stretch(tensor)
        segment, start = -1, 0
        if begin < end:
            key = tensor.untyped_storage().data_ptr()
            place = bisect_right(self._begins[key], begin) - 1
            segment = self._first[key] + place
            start = begin - _aligned(self._begins[key][place])
        return Array(
            segment,
            start,
            str(tensor.dtype).removeprefix("torch."),
            tuple(tensor.shape),
            tuple(tensor.stride()),
            tensor.is_conj(),
            tensor.is_neg(),
        )

    def write(self, stream: _Stream) -> Iterator[Segment]:
        """Write all segments, telling of each where it went."""
        place = 0
        for key, begin, end in self._stretches:
            storage = self._storages[key].cpu()  # type: ignore[no-untyped-call]
            begin = _aligned(begin)
            address = storage.data_ptr() + begin
            content = memoryview((ctypes.c_ubyte * (end - begin)).from_address(address)).cast("B")
            stream.write(content)
            yield Segment(place, end - begin, zlib.crc32(content))
            place += end - begin


def _stretch(tensor: Tensor) -> tuple[int, int]:
    """The bytes of its storage that a dense tensor spans; none for one without memory."""
    if tensor.is_meta:
        return (0, 0)
    size = tensor.dtype.itemsize
    begin = int(tensor.storage_offset()) * size
    return (begin, begin + extent(tuple(tensor.shape), tensor.stride()) * size)


def _merged(stretches: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that overlap as one, in order."""
    ordered = sorted(set(stretches))
    begin, end = ordered[0]
    for low, high in ordered[1:]:
        if low < end:
            end = max(end, high)
        else:
            yield begin, end
            begin, end = low, high
    yield begin, end


def _aligned(place: int) -> int:
    return place - place % _ALIGNMENT
