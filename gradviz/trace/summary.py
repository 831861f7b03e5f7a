"""A tensor in a few numbers, computed by torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

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
    """The summary of a tensor of any dtype; ``std`` is the population's."""
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
    flat = tensor.detach().reshape(-1)
    return flat.abs().double() if flat.is_complex() else flat.double()
