"""The way of one batch, as records: made when somebody looks, of what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import torch
from torch.utils.data import DataLoader

from gradviz.data.pipeline.contents import again, content_of, index_of, versions_of
from gradviz.data.pipeline.epoch import Epoch
from gradviz.data.pipeline.lines import line_of_function
from gradviz.data.pipeline.raw import RAISED, Applied, RawBatch
from gradviz.data.pipeline.transforms import name_of
from gradviz.trace.pipeline import (
    AnyPipelineEvent,
    BatchChanged,
    BatchChosen,
    BatchCollated,
    BatchMoved,
    BatchPinned,
    Content,
    Index,
    IndexDrawn,
    KeyCollated,
    SampleFetched,
    TransformApplied,
)


class Values(NamedTuple):
    """The objects of an event: what came in (the parts of all samples for a key), and out."""

    given: Any
    made: Any


class BatchSteps:
    """What happened on the way to a batch.

    ``indices`` are those of its samples in the dataset, by their place in the batch; ``samples``
    the samples themselves, None where a worker process has them.
    """

    def __init__(self, raw: RawBatch, epoch: Epoch, loader: DataLoader[Any]) -> None:
        self._raw = raw
        self._epoch = epoch
        self._dataset = type(loader.dataset).__name__
        self._loader = type(loader).__name__
        self._pins = loader.pin_memory and torch.accelerator.is_available()
        self._values: dict[int, Values] = {}

    @property
    def epoch(self) -> int:
        """Counted from 0."""
        return self._epoch.number

    @property
    def batch(self) -> int:
        """Its place in the epoch, counted from 0."""
        return self._raw.number

    @property
    def indices(self) -> tuple[Index, ...]:
        """Sample k of the batch is ``dataset[indices[k]]``; empty where that cannot be known."""
        return tuple(map(index_of, self._raw.indices or ()))

    @property
    def counted(self) -> bool:
        """Whether nobody chose the samples: they are those of a stream, by their number in it."""
        return isinstance(self._raw.indices, range)

    @property
    def samples(self) -> tuple[Any, ...] | None:
        """The samples as the dataset gave them."""
        return None if self._raw.samples is None else tuple(self._raw.samples)

    @property
    def delivered(self) -> Any:
        """The batch that the loop was given."""
        return self._raw.delivered

    @property
    def on_device(self) -> Any:
        """The same on the device that the loop put it on; None if it did not."""
        return None if self._raw.moved is None else self._raw.moved[1]

    def place_of(self, index: Index) -> int | None:
        """Where a sample of the dataset is in the batch."""
        return self.indices.index(index) if index in self.indices else None

    def moved(self, device: str, batch: Any) -> None:
        """Note that the loop put the batch on a device."""
        self._raw.moved = (device, batch)
        self.__dict__.pop("events", None)

    @cached_property
    def events(self) -> tuple[AnyPipelineEvent, ...]:
        """All that was seen, in the order in which it happened."""
        return tuple(self._events())

    def of_sample(self, place: int) -> tuple[SampleFetched | TransformApplied, ...]:
        """What happened to one sample before it was joined with others."""
        kinds = (SampleFetched, TransformApplied)
        return tuple(e for e in self.events if isinstance(e, kinds) and e.place == place)

    def value(self, event: AnyPipelineEvent) -> Values:
        """The objects that one of ``events`` tells of."""
        return self._values[id(event)]

    def _events(self) -> Iterator[AnyPipelineEvent]:
        yield from self._chosen()
        yield from self._fetched()
        yield from self._collated()
        yield from self._delivered()

    def _chosen(self) -> Iterator[AnyPipelineEvent]:
        raw, epoch, where = self._raw, self._epoch, self._where
        if epoch.drawn and raw.indices is not None and not self.counted:
            first = sum(map(len, epoch.chosen[: raw.number]))
            for order, index in enumerate(self.indices, first):
                yield IndexDrawn(order=order, index=index, sampler=epoch.sampler, **where)
        yield BatchChosen(
            indices=self.indices, sampler=epoch.batch_sampler, worker=raw.worker, **where
        )

    def _fetched(self) -> Iterator[AnyPipelineEvent]:
        raw = self._raw
        known = self.indices
        for place in range(len(known)):
            index = known[place]
            yield from self._applied(place, index)
            if raw.samples is None or place >= len(raw.samples):
                continue
            sample = raw.samples[place]
            changed = raw.versions is not None and versions_of(sample) != raw.versions[place]
            inner = index_of(raw.inner[place]) if place < len(raw.inner) else None
            event = SampleFetched(
                place=place,
                index=index,
                dataset=self._dataset,
                content=msgspec.structs.replace(content_of(sample), changed=changed),
                inner=inner,
                **self._where,
            )
            yield self._kept(event, Values(None, sample))

    def _applied(self, place: int, index: Index) -> Iterator[AnyPipelineEvent]:
        applied = [each for each in self._raw.applied if each.place == place]
        for step, each in enumerate(applied):
            before, made = again(each.before), _made(each, applied[step + 1 :])
            event = TransformApplied(
                place=place,
                index=index,
                step=step,
                name=each.told.name,
                branch=each.told.branch,
                before=content_of(before),
                after=Content("") if made is RAISED else content_of(made),
                source=line_of_function(each.told.function),
                **self._where,
            )
            yield self._kept(event, Values(before, None if made is RAISED else made))

    def _collated(self) -> Iterator[AnyPipelineEvent]:
        raw = self._raw
        for root in raw.calls:
            for depth, call in root.walk():
                event = KeyCollated(
                    path=call.path,
                    depth=depth,
                    rule=call.rule,
                    got=tuple(map(content_of, call.got)),
                    made=None if call.failed else content_of(call.made),
                    **self._where,
                )
                yield self._kept(event, Values(tuple(call.got), call.made))
        if raw.collate is not None and raw.batch is not None:
            whole = BatchCollated(
                function=name_of(raw.collate),
                content=content_of(raw.batch),
                source=line_of_function(raw.collate),
                **self._where,
            )
            yield self._kept(whole, Values(raw.samples, raw.batch))

    def _delivered(self) -> Iterator[AnyPipelineEvent]:
        raw = self._raw
        content = content_of(raw.delivered)
        values = Values(raw.batch, raw.delivered)
        if self._pins and raw.delivered is not None:
            yield self._kept(BatchPinned(content=content, **self._where), values)
        elif raw.delivered is not raw.batch and raw.delivered is not None:
            changed = BatchChanged(loader=self._loader, content=content, **self._where)
            yield self._kept(changed, values)
        if raw.moved is not None:
            device, batch = raw.moved
            moved = BatchMoved(device=device, content=content_of(batch), **self._where)
            yield self._kept(moved, Values(raw.delivered, batch))

    @property
    def _where(self) -> dict[str, Any]:
        return {"epoch": self._epoch.number, "batch": self._raw.number}

    def _kept(self, event: AnyPipelineEvent, values: Values) -> AnyPipelineEvent:
        self._values[id(event)] = values
        return event


def _made(each: Applied, later: list[Applied]) -> Any:
    """What a transform gave, as it was before the next one was given it."""
    following = next((other for other in later if other.given == id(each.made)), None)
    return each.made if following is None else again(following.before)
