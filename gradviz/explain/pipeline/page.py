"""All that is said about the batch of the cursor's iteration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct
from torch import Tensor
from torch.utils.data import DataLoader

from gradviz.data.pipeline.blame import line_of_samples
from gradviz.data.pipeline.loadererror import LoaderError
from gradviz.data.pipeline.outcomes import Outcome
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.previews.context import Context, context_of
from gradviz.data.previews.images import image_grid, is_pictures
from gradviz.data.previews.kinds import Tile
from gradviz.data.previews.samples import caption_of, samples_of
from gradviz.errors import GradvizError, TraceError
from gradviz.explain.collating import Note, surprises
from gradviz.explain.pipeline.curves import Envelope, envelopes, is_curve
from gradviz.explain.pipeline.outcomes import outcomes_so_far
from gradviz.explain.pipeline.steps import Step, steps_of
from gradviz.i18n import N_
from gradviz.trace.events import AnyEvent, BatchFetched, Source, ValueRef
from gradviz.trace.pipeline import Index

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session

MOST = 256
"""Samples of a batch that are shown."""
_LONGEST = 60
_FEW = 4

GONE = N_("How this batch came to be is no longer kept: a loader remembers its last batches only.")
UNSEEN = N_("How this batch came to be was not seen: its loader is none of torch's.")


class Sample(Struct, frozen=True):
    """A sample of the batch: its index, its place, what it looks like, and what became of it.

    ``label`` and ``prediction`` are names of classes where these are known.
    """

    place: int
    index: Index
    label: str = ""
    text: str = ""
    tiles: tuple[Tile, ...] = ()
    curve: Envelope = ()
    outcome: Outcome | None = None
    prediction: str = ""

    @property
    def wrong(self) -> bool:
        """Whether another class than its own got the largest score."""
        known = self.outcome is not None and self.outcome.prediction is not None
        return known and self.outcome.prediction != self.outcome.target  # type: ignore[union-attr]


class LoaderPage(Struct, frozen=True):
    """The batch of an iteration. ``batches`` is how many an epoch has, where that is known;
    ``why`` says why there are no steps, as a template. ``line`` is where the code of the user's
    begins that makes the samples.
    """

    iteration: int = 0
    epoch: int | None = None
    batch: int | None = None
    batches: int | None = None
    steps: tuple[Step, ...] = ()
    samples: tuple[Sample, ...] = ()
    notes: tuple[Note, ...] = ()
    way: BatchSteps | None = None
    why: str = ""
    trouble: GradvizError | None = None
    workers: int = 0
    line: Source | None = None


def loader_page(session: Session) -> LoaderPage:
    """The page about the batch of the cursor's iteration, with the outcomes that are known there.

    It reads tensors.
    """
    iteration = session.event.iteration if session.event else 0
    loader = session.loader
    way = session.batch_steps(iteration)
    events = _events(session, iteration)
    fetched = next((event for event in events if isinstance(event, BatchFetched)), None)
    if fetched is None:
        return LoaderPage(iteration)
    seen = [each for each in events if each.index <= session.index]
    results: tuple[Outcome, ...] = ()
    trouble: GradvizError | None = None
    samples: tuple[Sample, ...] = ()
    try:
        indices = session.recorded.begun[iteration].checkpoint.indices
        if not indices:
            first = next((ref.shape[0] for ref in fetched.values.values() if ref.shape), 0)
            indices = (None,) * first
        results = outcomes_so_far(session, indices, seen)
        samples = _samples(session, way, indices, fetched.values, results)
    except TraceError as error:
        trouble = error
    why = "" if way else GONE if isinstance(loader, DataLoader) else UNSEEN
    return LoaderPage(
        iteration,
        None if way is None else way.epoch,
        None if way is None else way.batch,
        _count(loader),
        () if way is None else steps_of(way),
        samples,
        () if way is None else surprises(way.events),
        way,
        why,
        trouble,
        getattr(loader, "num_workers", 0),
        line_of_samples(getattr(loader, "dataset", None)),
    )


def failed_page(error: LoaderError, *, batches: int | None = None) -> LoaderPage:
    """The page about a batch that could not be delivered."""
    way = error.steps
    if way is None:
        return LoaderPage(trouble=error)
    known = way.samples or ()
    samples = tuple(
        Sample(place, index, text=short_text(known[place]) if place < len(known) else "")
        for place, index in enumerate(way.indices[:MOST])
    )
    return LoaderPage(
        epoch=way.epoch,
        batch=way.batch,
        batches=batches,
        steps=steps_of(way, error),
        samples=samples,
        notes=surprises(way.events),
        way=way,
        trouble=error,
    )


def short_text(sample: Any) -> str:
    """The first text in a sample, or its few numbers; empty if it has neither."""
    text = _text_in(sample)
    if text is None:
        parts = sample if isinstance(sample, tuple | list) else [sample]
        text = _read([each for each in parts if isinstance(each, Tensor)], Context())
    return _short(text)


def _events(session: Session, iteration: int) -> Sequence[AnyEvent]:
    begun = session.recorded.begun
    if iteration >= len(begun):
        return ()
    end = begun[iteration + 1].event if iteration + 1 < len(begun) else len(session.trace.events)
    return session.trace.events[begun[iteration].event : end]


def _samples(
    session: Session,
    way: BatchSteps | None,
    indices: Sequence[Index],
    values: dict[str, ValueRef],
    results: Sequence[Outcome],
) -> tuple[Sample, ...]:
    """The samples as the loop was given them."""
    refs = [ref for name, ref in values.items() if name.startswith("input") and ref.shape]
    inputs = [session.trace.peek(ref)[:MOST] for ref in refs]
    target = session.trace.peek(values["target"]) if "target" in values else None
    context = context_of(getattr(session.loader, "dataset", None))
    known = () if way is None else (way.samples or ())
    pictures = [
        image_grid(each, samples_of(len(each)), context, most=MOST).tiles
        for each in inputs
        if is_pictures(each)
    ]
    curves = next((envelopes(each) for each in inputs if is_curve(each)), ())
    count = len(inputs[0]) if inputs else min(MOST, len(known))
    found = []
    for place in range(count):
        result = results[place] if place < len(results) else None
        text = _text_in(known[place]) if place < len(known) else None
        if text is None and not pictures and not curves:
            text = _read([each[place] for each in inputs if place < len(each)], context)
        guessed = None if result is None else result.prediction
        found.append(
            Sample(
                place,
                indices[place] if place < len(indices) else None,
                _label(target, place, context.classes),
                _short(text or ""),
                tuple(sheet[place] for sheet in pictures if place < len(sheet)),
                curves[place] if place < len(curves) else (),
                result,
                "" if guessed is None else caption_of(guessed, context.classes),
            )
        )  # fmt: skip
    return tuple(found)


def _label(target: Tensor | None, place: int, classes: Sequence[str]) -> str:
    if target is None or target.ndim == 0 or place >= len(target) or target[place].numel() != 1:
        return ""
    value = target[place].item()
    return caption_of(value, classes)


def _count(loader: object) -> int | None:
    try:
        return len(loader)  # type: ignore[arg-type]
    except (TypeError, NotImplementedError):
        return None


def _text_in(sample: Any) -> str | None:
    if isinstance(sample, str):
        return sample
    parts = sample.values() if isinstance(sample, dict) else sample
    if not isinstance(sample, dict | list | tuple):
        return None
    return next((text for part in parts if (text := _text_in(part)) is not None), None)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _read(parts: Sequence[Tensor], context: Context) -> str:
    """The words of tokens, or the first few numbers, with a bar between the parts."""
    told = []
    for part in parts:
        plain = part.layout is torch.strided and not part.is_meta
        if not plain or part.is_nested or not part.ndim or not part.numel():
            continue
        numbers = part.detach().reshape(-1)[:_LONGEST].tolist()
        if context.vocabulary and part.ndim == 1 and all(isinstance(n, int) for n in numbers):
            known = [n for n in numbers if 0 <= n < len(context.vocabulary)]
            told.append(_joined([context.vocabulary[n] for n in known]))
            continue
        words = [f"{each:.3g}" for each in numbers[:_FEW]]
        told.append(", ".join(words) + (" …" if part.numel() > _FEW else ""))
    return " | ".join(told)


def _joined(words: Sequence[str]) -> str:
    """Words as a text; letters stand close."""
    found = [word for word in words if word]
    return ("" if all(len(word) == 1 for word in found) else " ").join(found)
