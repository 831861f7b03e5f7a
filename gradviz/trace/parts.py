"""A tensor taken apart into dense tensors and numbers, so that a file can hold any kind of it.

`gradviz.engine.opening.rebuilt` puts the parts together again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from torch import Tensor

Kind: TypeAlias = Literal[
    "dense", "meta", "coo", "csr", "csc", "bsr", "bsc", "nested", "jagged", "mkldnn",
    "quantized", "quantized_channels",
]  # fmt: skip

LARGEST = 8 * 2**30
"""Bytes that a value may stand for, if more than its memory: one number may be repeated without
end, and the first to ask for its mean would fill the machine.
"""

_ROWS = ("csr", "bsr")
_COLUMNS = ("csc", "bsc")


class UnknownKindError(Exception):
    """A tensor that cannot be taken apart; the text says what it is."""


class Parts(Struct, frozen=True):
    """``tensors`` are dense, on any device; ``shape`` is the whole's where they do not tell it.

    ``numbers`` are, for ``coo``: is it coalesced; ``jagged``: the ragged dimension; ``quantized``:
    scale and zero point; ``quantized_channels``: the axis.
    """

    kind: Kind
    tensors: tuple[Tensor, ...]
    shape: tuple[int, ...] = ()
    numbers: tuple[float, ...] = ()


def parts_of(tensor: Tensor) -> Parts:
    """The parts of a tensor of any kind. Raises `UnknownKindError`."""
    try:
        parts = _parts(tensor)
    except (RuntimeError, NotImplementedError, TypeError, AttributeError) as error:
        raise UnknownKindError(_name(tensor)) from error
    if not all(_is_plain(part) for part in parts.tensors):
        raise UnknownKindError(_name(tensor))
    return parts


def extent(shape: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """How many elements of memory a dense tensor spans."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))


def _parts(tensor: Tensor) -> Parts:
    layout = str(tensor.layout).removeprefix("torch.")
    if tensor.is_nested and layout == "jagged":
        return _jagged(tensor)
    if tensor.is_nested:
        return Parts("nested", tuple(tensor.unbind()))
    if tensor.is_quantized:
        return _quantized(tensor)
    if tensor.is_meta:
        return Parts("meta", (tensor,))
    if layout == "strided":
        return Parts("dense", (tensor,))
    shape = tuple(tensor.shape)
    if layout == "sparse_coo":
        pair = (tensor._indices(), tensor._values())
        return Parts("coo", pair, shape, (int(tensor.is_coalesced()),))
    if layout == "_mkldnn":
        return Parts("mkldnn", (tensor.to_dense(),))
    kind = layout.removeprefix("sparse_")
    if kind in _ROWS:
        parts = (tensor.crow_indices(), tensor.col_indices(), tensor.values())
    elif kind in _COLUMNS:
        parts = (tensor.ccol_indices(), tensor.row_indices(), tensor.values())
    else:
        raise UnknownKindError(layout)
    return Parts(kind, parts, shape)  # type: ignore[arg-type]


def _jagged(tensor: Tensor) -> Parts:
    parts = [tensor.values(), tensor.offsets()]  # type: ignore[attr-defined]
    if tensor.lengths() is not None:  # type: ignore[attr-defined]
        parts.append(tensor.lengths())  # type: ignore[attr-defined]
    ragged: int = tensor._ragged_idx  # type: ignore[attr-defined]
    return Parts("jagged", tuple(parts), numbers=(ragged,))


def _quantized(tensor: Tensor) -> Parts:
    scheme = str(tensor.qscheme()).removeprefix("torch.")
    if tensor.dtype.itemsize * tensor.numel() > tensor.untyped_storage().nbytes():
        raise UnknownKindError(_name(tensor))  # two or four to a byte
    if scheme == "per_tensor_affine":
        numbers = (tensor.q_scale(), tensor.q_zero_point())
        return Parts("quantized", (tensor.int_repr(),), numbers=numbers)
    if scheme != "per_channel_affine":
        raise UnknownKindError(_name(tensor))
    parts = (tensor.int_repr(), tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points())
    return Parts("quantized_channels", parts, numbers=(tensor.q_per_channel_axis(),))


def _is_plain(part: Tensor) -> bool:
    """Whether the memory of a dense tensor is there, can be read, and is of a sane size."""
    if part.is_meta:
        return True
    spans = extent(tuple(part.shape), part.stride()) * part.dtype.itemsize
    stands_for = part.numel() * part.dtype.itemsize
    if stands_for > max(LARGEST, spans):
        return False
    try:
        memory = part.untyped_storage()
        begins = part.storage_offset() * part.dtype.itemsize
        return not spans or (memory.data_ptr() != 0 and begins + spans <= memory.nbytes())
    except (RuntimeError, NotImplementedError):
        return False


def _name(tensor: Tensor) -> str:
    """What a reader may call this kind of tensor."""
    layout = str(tensor.layout).removeprefix("torch.").removeprefix("_")
    dtype = str(tensor.dtype).removeprefix("torch.")
    kind = type(tensor).__name__
    return f"{kind}, {layout}, {dtype}" if kind != "Tensor" else f"{layout}, {dtype}"
