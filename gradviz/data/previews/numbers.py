"""Tensors as plain numbers: what is in them, how they are spread, and smaller ones for the eye."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gradviz.data.previews.kinds import BAD_LEVEL, ZERO_LEVEL, Bar, Numbers

BARS = 32
PIECE = 1 << 22
"""Numbers that are looked at at once: twice 32 MB."""


def is_readable(tensor: Tensor) -> bool:
    """Whether it has elements in rows and columns, as `dense` needs them."""
    return not tensor.is_meta and not tensor.is_nested


def dense(tensor: Tensor) -> Tensor:
    """The tensor on the processor, with all its elements."""
    plain = tensor.detach()
    if plain.is_quantized:
        plain = plain.dequantize()
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    return plain.cpu().resolve_conj().resolve_neg()


def real(tensor: Tensor) -> Tensor:
    """The numbers as float64; of complex ones their magnitudes."""
    return tensor.abs().double() if tensor.is_complex() else tensor.double()


def dtype_of(tensor: Tensor) -> str:
    """As torch writes it, without the module."""
    return str(tensor.dtype).removeprefix("torch.")


def numbers_of(tensor: Tensor) -> Numbers:
    """What is in a tensor that `dense` gave, of all its elements."""
    nan = infinite = count = 0
    low, high, mean, squares = math.inf, -math.inf, 0.0, 0.0
    for values in pieces(tensor):
        finite = values
        if not is_finite(values):
            nan += int(values.isnan().sum())
            infinite += int(values.isinf().sum())
            finite = values[values.isfinite()]
        if not finite.numel():
            continue
        least, most = finite.aminmax()
        low, high = min(low, least.item()), max(high, most.item())
        variance, middle = torch.var_mean(finite, correction=0)
        more, apart = finite.numel(), middle.item() - mean
        squares += variance.item() * more + apart * apart * count * more / (count + more)
        count += more
        mean += apart * more / count
    shape, dtype = tuple(tensor.shape), dtype_of(tensor)
    if not count:
        return Numbers(shape, dtype, tensor.numel(), nan, infinite)
    std = math.sqrt(squares / (count - 1)) if count > 1 else 0.0
    known = math.isfinite(mean) and math.isfinite(std)  # the sum may be too large
    told = (mean, std) if known else (None, None)
    return Numbers(shape, dtype, tensor.numel(), nan, infinite, low, high, *told)


def is_finite(values: Tensor) -> bool:
    """Whether no number is NaN or infinite: neither ever leaves a sum."""
    return math.isfinite(values.sum().item()) or bool(values.isfinite().all())


def pieces(tensor: Tensor) -> Iterator[Tensor]:
    """All numbers of a tensor as float64, not too many at once."""
    flat = tensor.reshape(-1)
    for start in range(0, len(flat), PIECE):
        yield real(flat[start : start + PIECE])


def bars_of(tensor: Tensor, numbers: Numbers) -> tuple[Bar, ...]:
    """The histogram of the finite numbers: as `torch.histogram` counts, or a bar for each number
    where there are but few whole ones.
    """
    low, high = numbers.low, numbers.high
    if low is None or high is None or not math.isfinite(high - low):
        return ()
    whole = not tensor.is_floating_point() and not tensor.is_complex()
    if low == high or (whole and high - low < BARS):
        places = range(int(high - low) + 1)
        counts = torch.zeros(len(places), dtype=torch.long)
        for values in pieces(tensor):
            finite = (_finite(values) - low).long()
            counts += torch.bincount(finite, minlength=len(places))
        return tuple(Bar(low + at, low + at, int(counts[at])) for at in places)
    total = torch.zeros(BARS, dtype=torch.double)
    edges = torch.empty(0)
    for values in pieces(tensor):
        count, edges = torch.histogram(_finite(values), bins=BARS, range=(low, high))
        total += count
    sides = edges.tolist()
    return tuple(
        Bar(sides[at], sides[at + 1], int(number)) for at, number in enumerate(total.tolist())
    )


def _finite(values: Tensor) -> Tensor:
    return values if is_finite(values) else values[values.isfinite()]


def smaller(values: Tensor, columns: int, rows: int) -> Tensor:
    """A matrix of float64 with at most so many columns and rows: of what lies in one place, the
    number furthest from 0, and NaN wherever one is.
    """
    height, width = values.shape
    size = min(height, rows), min(width, columns)
    if size == (height, width):
        return values
    high = functional.adaptive_max_pool2d(values[None, None], size)[0, 0]
    low = -functional.adaptive_max_pool2d(-values[None, None], size)[0, 0]
    return torch.where(high.abs() >= low.abs(), high, low)


def levels_of(values: Tensor, scale: float) -> bytes:
    """Signed numbers of float64 as levels: `scale` is as far from 0 as the colours reach."""
    finite = values.isfinite()
    part = torch.where(finite, values, 0.0) / (scale or 1.0)
    levels = (ZERO_LEVEL + (part.clamp(-1, 1) * ZERO_LEVEL).round()).to(torch.uint8)
    levels[~finite] = BAD_LEVEL
    return bytes(levels.contiguous().numpy().astype(np.uint8).tobytes())


def number_text(value: complex | bool) -> str:
    """Four significant digits; whole numbers and truth values as they are."""
    return str(value) if isinstance(value, bool | int) else f"{value:.4g}"
