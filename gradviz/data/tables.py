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
"""An entry may be given the ``values``: what the samples for training have in the place of what it
changes, see `LEARNED`.
"""
SAMPLERS: Catalogue[Sampler[Any]] = Catalogue("sampler")
"""An entry is given the ``samples``, and the ``generator`` if it asks for one. One that is given
the ``batch_size`` too is a batch sampler. Ours may ask for the ``labels``, the class of each
sample, and the ``lengths`` of the inputs instead of the samples.
"""
COLLATES: Catalogue[Collate] = Catalogue("collate")

AUGMENTATION = "augmentation"
"""The group of transforms that are random: training alone has them."""
LEARNED = frozenset({"classes", "vocabulary"})
"""What a transform learns of the ``values``, unless a project says it."""
OF_SAMPLER = frozenset({"samples", "generator", "batch_size", "drop_last"})
"""What a sampler of the user's may be given."""


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
