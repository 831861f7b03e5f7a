"""A loader at a glance: its first batches, its transforms at work, and the epoch."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sized
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from gradviz.data.pipeline.overview import BatchOverview, batch_overview, overview_of
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.pipeline.samples import lowest
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import Pipeline, watch_loader
from gradviz.data.previews.context import Context, context_of
from gradviz.data.previews.leaves import key_in, previews_of
from gradviz.data.previews.samples import captions_of
from gradviz.data.previews.told import (
    BatchCounts,
    BatchTold,
    EpochTold,
    LoaderTold,
    SampleTold,
)
from gradviz.data.previews.transforming import draws_of, samples_through
from gradviz.data.previews.trees import parts_of, tree_of
from gradviz.errors import DataError
from gradviz.i18n import N_

BATCHES = 3
SAMPLES = 20_000
NUMBERS = 50_000_000
"""An epoch is looked at up to so many samples, or numbers in them, after the batches that were
asked for: what a computer reads in seconds.
"""
TRANSFORMED = 3
"""Samples whose way through the transforms is shown."""


def loader_told(
    loader: DataLoader[Any], *, batches: int = BATCHES, name: str = "", label: str = ""
) -> LoaderTold:
    """What a page tells of a loader, whose random generators are left as they were. ``label`` is
    the key of the classes in its batches, if they have keys.

    A dataset that has no length may have no end: it is read no further than was asked for. Raises
    `DataError` for a loader that fails or gives nothing.
    """
    context = context_of(loader.dataset)
    pipeline = watch_loader(loader, keep=1)
    seen: list[BatchTold] = []
    counts: list[BatchOverview] = []
    samples: tuple[SampleTold, ...] = ()
    first: BatchSteps | None = None
    with random_kept(*generators_of(loader)):
        for batch, steps in _limited(pipeline, batches):
            if first is None:
                first, samples = steps, samples_through(steps, context, most=TRANSFORMED)
            if len(seen) < batches:
                seen.append(_batch_told(batch, steps, context, label, single=_is_single(loader)))
            counts.append(batch_overview(batch, steps, label=key_in(batch, label)))
    if first is None:
        raise DataError(
            N_("the loader gives no batch"),
            where="loader",
            mend=N_("give it a dataset with samples, or turn drop_last off"),
        )
    with random_kept(*generators_of(loader)):
        draws = draws_of(loader, first, context) if samples else None
    return LoaderTold(
        name=name,
        dataset=type(list(lowest(loader.dataset))[-1]).__name__,
        count=_count(loader.dataset),
        batch_size=loader.batch_size,
        sampler="" if _count(loader.dataset) is None else type(loader.sampler).__name__,
        drop_last=loader.drop_last,
        batches=tuple(seen),
        samples=samples,
        draws=draws,
        epoch=_epoch_told(pipeline, counts, context),
        skipped=_skipped(loader.dataset),
    )


def batch_told(batch: Any, context: Context, *, name: str = "") -> LoaderTold:
    """The same of a batch alone, of which nobody knows where it came from."""
    told = BatchTold(0, (), tree_of(batch), previews_of(batch, context))
    nothing = EpochTold((), (), False, None, None, (), (), (), 0.0)
    return LoaderTold(name, "", None, None, "", False, (told,), (), None, nothing)


def generators_of(loader: DataLoader[Any]) -> list[Any]:
    """The random generators that a loader draws from, but for those of the process."""
    holders = (loader, loader.sampler, loader.batch_sampler)
    found = [getattr(each, "generator", None) for each in holders]
    return list({id(each): each for each in found if each is not None}.values())


def _limited(pipeline: Pipeline, batches: int) -> Iterable[tuple[Any, BatchSteps]]:
    """The batches, as far as an epoch is looked at; the first ``batches`` in any case."""
    samples = numbers = 0
    reading = iter(pipeline)
    endless = _count(pipeline.loader.dataset) is None
    for number in itertools.count():
        if number >= batches and (endless or samples > SAMPLES or numbers > NUMBERS):
            return
        try:
            batch = next(reading)
        except StopIteration:
            return
        steps = pipeline.batch
        samples += max(1, len(steps.indices))
        numbers += _numbers_in(batch)
        yield batch, steps


def _numbers_in(batch: Any) -> int:
    if isinstance(batch, Tensor):
        return batch.numel()
    return sum(_numbers_in(part) for _step, part in parts_of(batch))


def _batch_told(
    batch: Any, steps: BatchSteps, context: Context, label: str, *, single: bool
) -> BatchTold:
    parts = previews_of(batch, context, indices=steps.indices, label=label, single=single)
    return BatchTold(steps.batch, tuple(map(str, steps.indices)), tree_of(batch), parts)


def _is_single(loader: DataLoader[Any]) -> bool:
    """Whether what the loader gives is one sample, or what the dataset made a batch itself."""
    return loader.batch_sampler is None


def _epoch_told(pipeline: Pipeline, counts: list[BatchOverview], context: Context) -> EpochTold:
    whole = pipeline.epochs[-1].finished
    overview = overview_of(pipeline, counts)
    count = _count(pipeline.loader.dataset)
    visits = [overview.visits.get(index, 0) for index in range(min(count or 0, SAMPLES))]
    names = {label: _named(label, context) for label in overview.classes}
    order = sorted(overview.classes, key=lambda label: (_rank(label, context), label))
    return EpochTold(
        batches=tuple(
            BatchCounts(
                each.batch,
                {names[label]: each.classes[label] for label in order if label in each.classes},
                each.lengths,
                len(each.indices),
            )
            for each in overview.batches
        ),
        classes=_all_classes(tuple(names[label] for label in order), context),
        whole=whole,
        batches_known=_known(pipeline),
        samples=count,
        visits=tuple(visits) if any(visits) else (),
        missed=overview.missed,
        dropped=tuple(map(str, overview.dropped)),
        one_class=overview.one_class,
    )


def _named(label: str, context: Context) -> str:
    """The name of a class that the overview knows as text."""
    number = int(label) if label.isdecimal() else -1
    return (captions_of([number], context.classes) or (label,))[0] if number >= 0 else label


def _rank(label: str, context: Context) -> float:
    """Where a class stands among all."""
    if label in context.classes:
        return context.classes.index(label)
    try:
        return float(label)
    except ValueError:
        return float("inf")


def _all_classes(seen: tuple[str, ...], context: Context) -> tuple[str, ...]:
    """All classes by their numbers, if those that were seen have one; else those that were seen."""
    known = seen and set(seen) <= set(context.classes)
    return tuple(dict.fromkeys(context.classes)) if known else seen


def _count(dataset: Any) -> int | None:
    """How many samples it says that it has."""
    if isinstance(dataset, IterableDataset) or not isinstance(dataset, Sized):
        return None
    try:
        return len(dataset)
    except (TypeError, NotImplementedError):
        return None


def _known(pipeline: Pipeline) -> int | None:
    if _count(pipeline.loader.dataset) is None:
        return None
    try:
        return len(pipeline.loader)
    except (TypeError, NotImplementedError):
        return None


def _skipped(dataset: Any) -> tuple[str, ...]:
    """What the dataset left out."""
    return tuple(
        f"{getattr(each, 'name', each)}: {getattr(each, 'reason', '')}"
        for holder in lowest(dataset)
        for each in getattr(holder, "skipped", ())
    )
