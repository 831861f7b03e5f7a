"""What a page tells of what a user has at hand: a loader, a dataset, or a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from gradviz.data.pipeline.watch import Pipeline
from gradviz.data.previews.context import NOTHING_TOLD
from gradviz.data.previews.loader import BATCHES, batch_told, loader_told
from gradviz.data.previews.told import LoaderTold

SIZE = 16
"""Samples of a batch of a dataset that has no loader."""


def told_of(thing: Any, *, batches: int = BATCHES, name: str = "") -> LoaderTold:
    """A loader as it is, the samples of a dataset in their order, or else a batch.

    Raises `DataError` where the loader or the dataset fails.
    """
    if isinstance(thing, Pipeline):
        thing = thing.loader
    if is_dataset(thing):
        thing = DataLoader(thing, batch_size=SIZE)
    if isinstance(thing, DataLoader):
        return loader_told(thing, batches=batches, name=name)
    return batch_told(thing, NOTHING_TOLD, name=name)


def is_dataset(thing: object) -> bool:
    """Whether it is a dataset, or something that a loader can ask for samples like one."""
    if isinstance(thing, Dataset):
        return True
    if isinstance(thing, type | Tensor | np.ndarray | Mapping | list | tuple | str | bytes):
        return False
    return hasattr(thing, "__getitem__") and hasattr(thing, "__len__")
