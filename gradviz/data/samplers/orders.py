"""Samplers of torch's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias

import torch
from msgspec import Meta
from torch.utils.data import (
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

from gradviz.data.samplers.checks import check_indices, check_weights
from gradviz.data.tables import SAMPLERS

Count: TypeAlias = Annotated[int, Meta(ge=1)] | None
Weight: TypeAlias = Annotated[float, Meta(ge=0)]
Index: TypeAlias = Annotated[int, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(gt=0, le=1)]


@SAMPLERS.add("order", given=("samples",))
def Sequential(samples: Any) -> SequentialSampler:
    """One after the other, from the first to the last."""
    return SequentialSampler(samples)


@SAMPLERS.add("order", given=("samples", "generator"))
def Random(
    samples: Any,
    generator: torch.Generator,
    replacement: bool = False,
    count: Count = None,
) -> RandomSampler:
    """In random order, as shuffle has it; with replacement one sample may come several times in an
    epoch of ``count`` samples.
    """
    return RandomSampler(samples, replacement, num_samples=count, generator=generator)


@SAMPLERS.add("order", given=("labels", "generator"))
def Weighted(
    labels: Sequence[int],
    generator: torch.Generator,
    weights: Literal["balanced"] | tuple[Weight, ...] = "balanced",
    count: Count = None,
    replacement: bool = True,
) -> WeightedRandomSampler:
    """At random, some classes more often than others: each as often, or by a weight for each."""
    check_weights(weights, labels, count=count, replacement=replacement)
    counts = Counter(labels)
    each = [1 / counts[label] if weights == "balanced" else weights[label] for label in labels]
    return WeightedRandomSampler(each, count or len(labels), replacement, generator)


@SAMPLERS.add("order", given=("samples", "generator"))
def SubsetRandom(
    samples: Any,
    generator: torch.Generator,
    indices: tuple[Index, ...] = (),
    share: Share = 1.0,
) -> SubsetRandomSampler:
    """Only the samples with these indices, in random order; or, where none are named, a share of
    all that the seed draws.
    """
    check_indices(indices, samples)
    count = max(1, round(share * len(samples)))
    drawn = indices or torch.randperm(len(samples), generator=generator)[:count].tolist()
    return SubsetRandomSampler(drawn, generator)
