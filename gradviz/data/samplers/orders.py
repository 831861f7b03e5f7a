"""Samplers of torch's."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch.utils.data import RandomSampler, SequentialSampler

from gradviz.data.tables import SAMPLERS


@SAMPLERS.add("order", given=("samples",))
def Sequential(samples: Any) -> SequentialSampler:
    """One after the other, from the first to the last."""
    return SequentialSampler(samples)


@SAMPLERS.add("order", given=("samples", "generator"))
def Random(
    samples: Any,
    generator: torch.Generator,
    replacement: bool = False,
    count: Annotated[int, Meta(ge=1)] | None = None,
) -> RandomSampler:
    """In random order, as shuffle has it; with replacement one sample may come several times in an
    epoch of ``count`` samples.
    """
    return RandomSampler(samples, replacement, count, generator)
