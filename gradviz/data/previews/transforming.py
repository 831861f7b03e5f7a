"""The transforms of a dataset at work: before and after each, and what is random in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from gradviz.data.pipeline.overview import labels_of
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import watch_loader
from gradviz.data.previews.choose import preview_of, sample_preview
from gradviz.data.previews.context import Context
from gradviz.data.previews.kinds import Preview, Sample, Tree
from gradviz.data.previews.samples import captions_of
from gradviz.data.previews.told import DrawsTold, SampleTold, StepTold
from gradviz.data.previews.trees import parts_of
from gradviz.trace.pipeline import TransformApplied

DRAWS = 8


def samples_through(steps: BatchSteps, context: Context, *, most: int) -> tuple[SampleTold, ...]:
    """The first samples of a batch before their transforms and after each one.

    A normalisation is not undone here, for it is one of those steps.
    """
    plain = replace(context, normalised=None)
    found = []
    for place, index in enumerate(steps.indices[:most]):
        told: list[StepTold] = []
        branch = ""
        for event in steps.of_sample(place):
            if not isinstance(event, TransformApplied):
                continue
            values = steps.value(event)
            known = replace(plain, features=()) if event.branch == "target" else plain
            if event.branch != branch:
                branch = event.branch
                told.append(StepTold("", event.branch, sample_preview(values.given, known)))
            told.append(StepTold(event.name, event.branch, sample_preview(values.made, known)))
        if told:
            sample = steps.samples[place] if steps.samples and place < len(steps.samples) else None
            label = captions_of([labels_of(sample)], context.classes)
            found.append(SampleTold(str(index), label[0] if label else "", tuple(told)))
    return tuple(found)


def draws_of(loader: DataLoader[Any], steps: BatchSteps, context: Context) -> DrawsTold | None:
    """The first sample of a batch, fetched again and again while the random state moves on; None
    where nothing in it is random. Raises `DataError` where the dataset fails.
    """
    dataset = loader.dataset
    index = next(iter(steps.indices), None)
    if isinstance(dataset, IterableDataset) or not isinstance(index, int):
        return None
    again: DataLoader[Any] = DataLoader(
        dataset, sampler=[index] * DRAWS, batch_size=1, collate_fn=_lone
    )
    drawn = list(watch_loader(again))
    if all(_same(each, drawn[0]) for each in drawn):
        return None
    return DrawsTold(str(index), DRAWS, _previews(drawn, context))


def _lone(samples: Sequence[Any]) -> Any:
    return samples[0]


def _previews(drawn: Sequence[Any], context: Context) -> tuple[Preview, ...]:
    """The parts of the draws that differ, each of all draws at once if that can be."""
    paths = _differing(drawn)
    samples = tuple(Sample(place, str(place + 1)) for place in range(len(drawn)))
    previews: list[Preview] = []
    for parts in paths:
        whole = all(isinstance(each, Tensor) for each in parts)
        if whole and len({each.shape for each in parts}) == 1:
            made = preview_of(torch.stack(list(parts)), context, samples=samples)
        else:
            made = preview_of(list(parts), context, samples=samples)
        if isinstance(made, Tree):
            previews += [
                sample_preview(each, context, sample=sample)
                for each, sample in zip(parts, samples, strict=True)
            ]
        else:
            previews.append(made)
    return tuple(previews)


def _differing(drawn: Sequence[Any]) -> list[list[Any]]:
    """The parts of samples that are not the same in all of them."""
    if all(_same(each, drawn[0]) for each in drawn):
        return []
    parts = [parts_of(each) for each in drawn]
    steps = [step for step, _part in parts[0]]
    if not steps or any([step for step, _part in each] != steps for each in parts):
        return [list(drawn)]
    columns = zip(*([part for _step, part in each] for each in parts), strict=True)
    return [found for column in columns for found in _differing(column)]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return alike and torch.equal(one.nan_to_num(), other.nan_to_num())
    first, second = parts_of(one), parts_of(other)
    if first or second:
        if [step for step, _part in first] != [step for step, _part in second]:
            return False
        return all(_same(a, b) for (_, a), (_, b) in zip(first, second, strict=True))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return bool(one == other)
