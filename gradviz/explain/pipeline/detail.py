"""What a step looks like: pictures of what came in and of what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from msgspec import Struct
from msgspec.structs import replace
from torch import Tensor

from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.previews.choose import preview_of, sample_preview
from gradviz.data.previews.context import Context
from gradviz.data.previews.kinds import Preview, Sample
from gradviz.data.previews.samples import samples_of
from gradviz.data.previews.tables import table
from gradviz.explain.pipeline.steps import Step, values_of
from gradviz.trace.pipeline import KeyCollated, TransformApplied

_MOST = 4
"""Parts of a sample or a batch that are shown one below the other."""
_READ = 8
_PLAIN = (dict, list, tuple)


class StepDetail(Struct, frozen=True):
    """Previews of what a step was given, where that looks otherwise, and of what it made."""

    before: tuple[Preview, ...] = ()
    after: tuple[Preview, ...] = ()


def step_detail(steps: BatchSteps, step: Step, context: Context) -> StepDetail:
    """The previews of a step; it reads tensors and images.

    On the way through the transforms a normalisation is not undone, for it is one of them.
    """
    if step.kind == "failed":
        return StepDetail()
    given, made = values_of(steps, step)
    if made is None and given is None:
        return StepDetail()
    if step.kind == "raw" or isinstance(step.event, TransformApplied):
        context = replace(context, normalised=None)
    if step.place is not None:
        who = Sample(step.place, "", str(step.index))
        after = tuple(_of_sample(made, context, who))
        if step.kind == "event" and isinstance(step.event, TransformApplied):
            return StepDetail(tuple(_of_sample(given, context, who)), after)
        return StepDetail((), after)
    known = samples_of(len(steps.indices), indices=steps.indices)
    if isinstance(step.event, KeyCollated) and step.event.made is None:
        return StepDetail(tuple(_of_batch(list(given), context, known)), ())
    return StepDetail((), tuple(_of_batch(made, context, known)))


def sample_detail(steps: BatchSteps, place: int, context: Context) -> StepDetail:
    """The previews of one sample, as the dataset gave it."""
    samples = steps.samples or ()
    if place >= len(samples):
        return StepDetail()
    index = str(steps.indices[place]) if place < len(steps.indices) else ""
    return StepDetail((), tuple(_of_sample(samples[place], context, Sample(place, "", index))))


def _of_sample(value: Any, context: Context, who: Sample) -> Iterator[Preview]:
    parts = _parts(value)
    if parts is None:
        yield from _of_part(value, context, who)
        return
    for part in parts[:_MOST]:
        yield from _of_part(part, context, who)


def _of_part(part: Any, context: Context, who: Sample) -> Iterator[Preview]:
    """One sample's part; few numbers in a row are read, not looked at."""
    if isinstance(part, Tensor) and _is_read(part):
        yield table(part[None], (who,), context.features)
    else:
        yield sample_preview(part, context, sample=who)


def _is_read(part: Tensor) -> bool:
    plain = part.layout is torch.strided and not part.is_meta and part.is_floating_point()
    return plain and part.ndim == 1 and 0 < len(part) <= _READ


def _of_batch(value: Any, context: Context, known: Sequence[Sample]) -> Iterator[Preview]:
    parts = _parts(value)
    if parts is None or _is_one(value):
        yield preview_of(value, context, samples=known)
        return
    for part in parts[:_MOST]:
        yield preview_of(part, context, samples=known)


def _parts(value: Any) -> list[Any] | None:
    """What is in a plain container, if that says more than the container."""
    if type(value) is dict:
        return list(value.values())
    return list(value) if isinstance(value, _PLAIN) and value else None


def _is_one(value: Any) -> bool:
    """Whether a list is one thing of each sample: texts, or numbers."""
    return isinstance(value, list) and not any(map(_is_large, value))


def _is_large(part: Any) -> bool:
    return bool(getattr(part, "shape", ())) or isinstance(part, _PLAIN)
