"""Points in the plane, made from a seed."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta
from torch.utils.data import TensorDataset

from gradviz.data.tables import DATASETS
from gradviz.spec.project import Seed


@DATASETS.add("toys")
def Moons(
    count: Annotated[int, Meta(ge=1, le=10_000_000)] = 200,
    noise: Annotated[float, Meta(ge=0)] = 0.1,
    seed: Seed = 0,
) -> TensorDataset:
    """Two half circles that reach into each other: points (count, 2), classes 0 and 1.

    The shape is that of scikit-learn's ``make_moons``.
    """
    generator = torch.Generator().manual_seed(seed)
    upper = count // 2
    halves = (torch.linspace(0, torch.pi, half) for half in (upper, count - upper))
    angle = torch.cat(tuple(halves))
    label = (torch.arange(count) >= upper).long()
    flip = 1 - 2 * label
    points = torch.stack(
        (torch.cos(angle) * flip + label, torch.sin(angle) * flip + 0.5 * label), dim=1
    )
    return TensorDataset(points + noise * torch.randn(count, 2, generator=generator), label)
