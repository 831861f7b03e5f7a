"""An epoch at a glance: the classes and lengths of each batch, and which samples were visited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from itertools import islice
from typing import Any

from msgspec import Struct
from torch import Tensor
from torch.utils.data import DataLoader

from gradviz.data.pipeline.contents import index_of
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import Pipeline
from gradviz.trace.pipeline import Index

LABELS = ("label", "labels", "target", "targets", "class", "y")
"""What people call the key of the class, in any case."""


class BatchOverview(Struct, frozen=True):
    """``classes`` counts the samples of each class, ``lengths`` has that of each sample's first
    text, list or sequence; both are empty where there is no such thing.
    """

    batch: int
    indices: tuple[Index, ...]
    classes: dict[str, int]
    lengths: tuple[int, ...]


class EpochOverview(Struct, frozen=True):
    """The batches of an epoch. ``visits`` counts how often each index came, ``missed`` are those of
    the dataset that did not, ``dropped`` those that were drawn and left because of ``drop_last``.
    """

    batches: tuple[BatchOverview, ...]
    visits: dict[Index, int]
    missed: tuple[int, ...]
    dropped: tuple[Index, ...]

    @property
    def classes(self) -> dict[str, int]:
        """The samples of each class in the whole epoch."""
        total: Counter[str] = Counter()
        for each in self.batches:
            total.update(each.classes)
        return dict(total)

    @property
    def one_class(self) -> float:
        """The part of the batches that hold one class alone, though there are several."""
        if len(self.classes) < 2:
            return 0.0
        alone = [each for each in self.batches if len(each.classes) == 1 and len(each.indices) > 1]
        return len(alone) / len(self.batches)


def epoch_overview(
    loader: DataLoader[Any], *, label: object = None, limit: int | None = None
) -> EpochOverview:
    """Go through an epoch, or its first ``limit`` batches, in this process.

    ``label`` is the key or place of the class in a batch; else it is looked for by its name, or is
    the last part of a tuple. The random generators are left as they were, so that the loader gives
    the same batches afterwards. Raises `DataError` where the loader fails.
    """
    pipeline = Pipeline(loader, keep=1)
    batches: list[BatchOverview] = []
    with random_kept(loader.generator, getattr(loader.sampler, "generator", None)):
        for batch in islice(pipeline, limit):
            batches.append(batch_overview(batch, pipeline.batch, label=label))
    return overview_of(pipeline, batches)


def batch_overview(batch: Any, steps: BatchSteps, *, label: object = None) -> BatchOverview:
    """The classes and lengths of a batch that a pipeline delivered."""
    return BatchOverview(
        steps.batch, steps.indices, _classes(batch, label), _lengths(steps.samples)
    )


def overview_of(pipeline: Pipeline, batches: Sequence[BatchOverview]) -> EpochOverview:
    """The batches of the epoch that the pipeline is in. What was missed and dropped is known once
    it is finished.
    """
    epoch, dataset = pipeline.epochs[-1], pipeline.loader.dataset
    visits = Counter(index for each in batches for index in each.indices)
    dropped = tuple(map(index_of, epoch.dropped))
    seen = visits.keys() | set(dropped)
    count = len(dataset) if epoch.finished and isinstance(dataset, Sized) else 0
    missed = tuple(index for index in range(count) if index not in seen)
    return EpochOverview(tuple(batches), dict(visits), missed, dropped)


def labels_of(batch: Any, label: object = None) -> Any:
    """The classes of a batch: what is at ``label``, or what looks like it; None if nothing does."""
    if label is not None:
        return batch[label]
    if isinstance(batch, Mapping):
        named = [key for key in batch if str(key).lower() in LABELS]
        return batch[named[0]] if named else None
    if isinstance(batch, list | tuple) and len(batch) > 1:
        return batch[-1]
    return None


def _classes(batch: Any, label: object) -> dict[str, int]:
    found = labels_of(batch, label)
    if isinstance(found, Tensor):
        if found.ndim > 1 or found.is_floating_point() or found.is_complex():
            return {}
        found = found.reshape(-1).tolist()
    if not isinstance(found, list | tuple) or not all(isinstance(e, int | str) for e in found):
        return {}
    return dict(Counter(map(str, found)))


def _lengths(samples: Sequence[Any] | None) -> tuple[int, ...]:
    lengths = [_length(sample) for sample in samples or ()]
    return tuple(each for each in lengths if each is not None)


def _length(sample: Any) -> int | None:
    """The length of the first part that has one which may differ."""
    if isinstance(sample, str):
        return len(sample)
    if isinstance(sample, Tensor):
        return len(sample) if sample.ndim in (1, 2) else None
    if isinstance(sample, Mapping):
        found = (_length(part) for part in sample.values())
        return next((each for each in found if each is not None), None)
    if isinstance(sample, list) and all(isinstance(part, int | float | str) for part in sample):
        return len(sample)
    if isinstance(sample, list | tuple):
        return next((each for each in map(_length, sample) if each is not None), None)
    return None
