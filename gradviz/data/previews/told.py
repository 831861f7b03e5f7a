"""What a page tells of a loader: plain data, without torch."""

from __future__ import annotations

from msgspec import Struct

from gradviz.data.previews.kinds import Preview, Tree
from gradviz.trace.pipeline import Branch


class PartTold(Struct, frozen=True):
    """A part of a batch, how one writes it behind the batch's name, and how it looks."""

    path: str
    preview: Preview


class BatchTold(Struct, frozen=True):
    """A batch, counted from 0: the indices of its samples, its parts, and how they look."""

    number: int
    indices: tuple[str, ...]
    tree: Tree
    parts: tuple[PartTold, ...]


class StepTold(Struct, frozen=True):
    """What a transform made of a sample; an empty name is the sample before all of them."""

    name: str
    branch: Branch
    preview: Preview


class SampleTold(Struct, frozen=True):
    """A sample on its way through the transforms."""

    index: str
    caption: str
    steps: tuple[StepTold, ...]


class DrawsTold(Struct, frozen=True):
    """The same sample, fetched again and again: what is random in its transforms."""

    index: str
    count: int
    previews: tuple[Preview, ...]


class BatchCounts(Struct, frozen=True):
    """How many samples of each class a batch of the epoch has, and how long its samples are."""

    number: int
    classes: dict[str, int]
    lengths: tuple[int, ...]
    size: int


class EpochTold(Struct, frozen=True):
    """The epoch as far as it was looked at; ``whole`` says that this is to its end.

    ``batches_known`` are all there are, None where nobody knows. ``visits`` has how often each
    sample of the dataset came; it is empty where samples have no index.
    """

    batches: tuple[BatchCounts, ...]
    classes: tuple[str, ...]
    whole: bool
    batches_known: int | None
    samples: int | None
    visits: tuple[int, ...]
    missed: tuple[int, ...]
    dropped: tuple[str, ...]
    one_class: float


class LoaderTold(Struct, frozen=True):
    """A loader: its parts by their names, its first batches, its transforms, and an epoch."""

    name: str
    dataset: str
    count: int | None
    batch_size: int | None
    sampler: str
    drop_last: bool
    batches: tuple[BatchTold, ...]
    samples: tuple[SampleTold, ...]
    draws: DrawsTold | None
    epoch: EpochTold
    skipped: tuple[str, ...] = ()
