"""One pass over a loader: which indices were drawn, which batches they were put into."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from gradviz.data.pipeline.raw import RawBatch


class Epoch:
    """What the samplers of a loader chose in one epoch, and the batches that are on their way.

    ``drawn`` are the indices of the sampler, ``chosen`` those of each batch, as they were drawn; a
    batch sampler of the user's own draws none that can be seen. ``seen`` counts the samples of
    batches that were delivered. ``finished`` says that the loader came to its end.
    """

    def __init__(self, number: int, *, sampler: str, batch_sampler: str) -> None:
        self.number = number
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.drawn: list[Any] = []
        self.chosen: list[Any] = []
        self.seen = 0
        self.delivered = 0
        self.finished = False
        self.failed: RawBatch | None = None
        self._fetched: deque[RawBatch] = deque()
        self._begun = 0
        self._left = 0

    @property
    def dropped(self) -> list[Any]:
        """The indices that were drawn and put into no batch, once the epoch is finished; of a
        stream the numbers of the samples that were left.
        """
        if not self.drawn:
            return list(range(self.seen, self.seen + self._left))
        if not self.finished:
            return []
        return self.drawn[sum(map(len, self.chosen)) :]

    def draw(self, index: Any) -> Any:
        """Note an index of the sampler."""
        self.drawn.append(index)
        return index

    def choose(self, indices: Any) -> Any:
        """Note what the loader asks for: a list of indices, or one index where it does not batch.

        The list is copied, for the dataset that is asked may change it.
        """
        self.chosen.append(list(indices) if isinstance(indices, list | tuple) else [indices])
        return indices

    def begin(self) -> RawBatch:
        """A batch is fetched in this process now."""
        raw = RawBatch(self._begun, self.chosen[self._begun])
        self._begun += 1
        self._fetched.append(raw)
        return raw

    def fail(self, raw: RawBatch) -> None:
        """The batch cannot be delivered."""
        self._fetched.remove(raw)
        self.failed = raw

    def end(self, raw: RawBatch) -> None:
        """The stream had no sample for the batch."""
        self._fetched.remove(raw)
        self.chosen.pop()
        self._left = len(raw.samples or ())

    def deliver(self, batch: Any, *, workers: int, in_order: bool) -> RawBatch:
        """The loader gave this batch: what is known of it."""
        raw = self._found(batch)
        if raw is None:
            number = self.delivered
            known = in_order and number < len(self.chosen)
            raw = RawBatch(number, self.chosen[number] if known else None)
            raw.samples = None
            raw.batch = batch
            raw.worker = number % workers if workers and known else None
        raw.delivered = batch
        self.delivered += 1
        return raw

    def _found(self, batch: Any) -> RawBatch | None:
        """The batch that was fetched in this process, by itself or as the next one."""
        for raw in self._fetched:
            if raw.batch is batch:
                self._fetched.remove(raw)
                return raw
        return self._fetched.popleft() if self._fetched else None


class Sampling:
    """A sampler, or batch sampler, of a loader, with a note of what it chose.

    It is asked for its iterator at the very moment when torch does so, for there are samplers that
    draw their random numbers then.
    """

    def __init__(self, sampler: Any, note: Any) -> None:
        self._sampler = sampler
        self._note = note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sampler, name)

    def __len__(self) -> int:
        return len(self._sampler)

    def __iter__(self) -> Iterator[Any]:
        return map(self._note, iter(self._sampler))
