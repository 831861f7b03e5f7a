"""A tensor in a few numbers, computed by torch."""

from __future__ import annotations

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
    return float(_flat(tensor).norm())


def _flat(tensor: Tensor) -> Tensor:
    """All elements of a tensor of any kind, those that a sparse one leaves out too."""
    try:
        flat = _dense(tensor.detach()).reshape(-1)
        flat = flat.abs().double() if flat.is_complex() else flat.double()
    except RuntimeError as error:
        raise _no_numbers(tensor) from error
    if flat.is_meta:
        raise _no_numbers(tensor)
    return flat


def _dense(tensor: Tensor) -> Tensor:
    if tensor.is_nested:
        return tensor.contiguous().values()
    if tensor.is_quantized:
        return tensor.dequantize()
    return tensor if str(tensor.layout) == "torch.strided" else tensor.to_dense()


def _no_numbers(tensor: Tensor) -> TraceError:
    return TraceError(
        N_("there are no statistics of a tensor of this kind ({dtype} on {device})"),
        mend=N_("look at the tensor itself"),
        dtype=str(tensor.dtype).removeprefix("torch."),
        device=tensor.device,
    )
