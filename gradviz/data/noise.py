"""Random numbers as samples: for a look at a model before there is data."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta
from torch.utils.data import TensorDataset

from gradviz.data.tables import DATASETS
from gradviz.spec.model import Size
from gradviz.spec.project import Seed

Count = Annotated[int, Meta(ge=1, le=1_000_000)]


@DATASETS.add("toys")
def Noise(
    shape: tuple[Size, ...] = (3, 32, 32), classes: Size = 10, count: Count = 32, seed: Seed = 0
) -> TensorDataset:
    """Normally distributed numbers of any shape, with a class that has nothing to do with them."""
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randn(count, *shape, generator=generator)
    return TensorDataset(samples, torch.randint(classes, (count,), generator=generator))


@DATASETS.add("toys")
def Tokens(
    vocabulary: Size = 64, length: Size = 16, count: Count = 64, seed: Seed = 0
) -> TensorDataset:
    """Sequences of whole numbers that count upwards; the target is the sequence one step on."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randint(vocabulary, (count, 1), generator=generator)
    numbers = (start + torch.arange(length + 1)) % vocabulary
    return TensorDataset(numbers[:, :-1].contiguous(), numbers[:, 1:].contiguous())
