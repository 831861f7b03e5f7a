"""A tensor in a few numbers, computed by torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.i18n import N_

if TYPE_CHECKING:
    from torch import Tensor


class Summary(Struct, frozen=True):
    """Statistics over all elements, in float64; of a complex tensor they are of the magnitude.

    ``norm`` is the Euclidean norm. ``bad`` counts NaN and infinite elements; ``zeros`` those that
    are exactly 0. An empty tensor has the norm 0 and no other numbers.
    """

    norm: float
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    zeros: int
    bad: int


def summarize(tensor: Tensor) -> Summary:
    """The summary of a tensor of any kind; ``std`` is the population's.

    Raises `TraceError` for one without numbers, such as one on the meta device.
    """
    with _of(tensor):
        flat = _flat(tensor)
        if not flat.numel():
            return Summary(0.0, None, None, None, None, 0, 0)
        return Summary(
            norm=flat.norm().item(),
            mean=flat.mean().item(),
            std=flat.std(correction=0).item(),
            min=flat.min().item(),
            max=flat.max().item(),
            zeros=int((flat == 0).sum()),
            bad=int((~flat.isfinite()).sum()),
        )


def norm(tensor: Tensor) -> float:
    """The norm alone, as `summarize` has it."""
    with _of(tensor):
        return float(_flat(tensor).norm())


def is_plain(tensor: Tensor) -> bool:
    """Whether its elements can be listed one by one."""
    strided = str(tensor.layout) == "torch.strided"
    return strided and not (tensor.is_nested or tensor.is_quantized)


@contextmanager
def _of(tensor: Tensor) -> Iterator[None]:
    """What torch, or the tensor's own class, cannot compute is an error that says so."""
    try:
        yield
    except (RuntimeError, TypeError) as error:
        raise TraceError(
            N_("there are no statistics of a tensor of this kind ({dtype} on {device})"),
            mend=N_("look at the tensor itself"),
            dtype=str(tensor.dtype).removeprefix("torch."),
            device=tensor.device,
        ) from error


def _flat(tensor: Tensor) -> Tensor:
    """All elements of a tensor of any kind, those that a sparse one leaves out too."""
    flat = _dense(tensor.detach()).reshape(-1)
    return flat.abs().double() if flat.is_complex() else flat.double()


def _dense(tensor: Tensor) -> Tensor:
    if tensor.is_nested:
        return tensor.contiguous().values()
    if tensor.is_quantized:
        return tensor.dequantize()
    return tensor if str(tensor.layout) == "torch.strided" else tensor.to_dense()
