"""The tables of what a project's data can name; `gradviz.data.catalogue` fills them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct
from torch.utils.data import DataLoader, Dataset, Sampler

from gradviz.spec.catalogue import Catalogue

Samples: TypeAlias = "Dataset[Any]"
Transform: TypeAlias = Callable[[Any], Any]
Collate: TypeAlias = Callable[[Sequence[Any]], Any]

DATASETS: Catalogue[Samples | DataLoader[Any]] = Catalogue("dataset")
"""The user's files may have a whole loader instead."""
TRANSFORMS: Catalogue[Transform] = Catalogue("transform")
SAMPLERS: Catalogue[Sampler[Any]] = Catalogue("sampler")
"""An entry is given the ``samples``, and the ``generator`` if it asks for one. One that is given
the ``batch_size`` too is a batch sampler.
"""
COLLATES: Catalogue[Collate] = Catalogue("collate")

AUGMENTATION = "augmentation"
"""The group of transforms that are random: training alone has them."""
OF_SAMPLER = frozenset({"samples", "generator", "batch_size", "drop_last"})
"""What an entry of `SAMPLERS` may be given."""


class Tables(Struct, frozen=True):
    """All that a project's data can name."""

    datasets: Catalogue[Samples | DataLoader[Any]] = DATASETS
    transforms: Catalogue[Transform] = TRANSFORMS
    samplers: Catalogue[Sampler[Any]] = SAMPLERS
    collates: Catalogue[Collate] = COLLATES

    @property
    def all(self) -> tuple[Catalogue[Any], ...]:
        """Each of them."""
        return self.datasets, self.transforms, self.samplers, self.collates


TABLES = Tables()
"""What gradviz brings."""
