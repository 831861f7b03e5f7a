"""A loader of torch's with somebody who looks on at each of its parts.

The loader itself stays as it is. What is iterated is a copy of it that shares all parts with it;
only its samplers, what workers begin with, and the fetcher that torch makes for one process, stand
behind ours.
"""

from __future__ import annotations

import copy
from contextlib import ExitStack
from functools import partial
from typing import Any

from torch.utils.data import BatchSampler, DataLoader, IterableDataset
from torch.utils.data._utils.fetch import _IterableDatasetFetcher, _MapDatasetFetcher
from torch.utils.data.dataloader import _SingleProcessDataLoaderIter

from gradviz.data.pipeline.collating import joined
from gradviz.data.pipeline.contents import versions_of_all
from gradviz.data.pipeline.epoch import Epoch, Sampling
from gradviz.data.pipeline.raw import RawBatch
from gradviz.data.pipeline.samples import subset_of, watched, watched_inner
from gradviz.data.pipeline.sending import Sending
from gradviz.data.pipeline.transforms import Transforms


class Wiring:
    """A copy of a loader, and the epoch that it is in."""

    epoch: Epoch

    def __init__(self, loader: DataLoader[Any]) -> None:
        self.loader = copy.copy(loader)
        parts = vars(self.loader)  # torch forbids to set some of them, but not to look on
        parts["_iterator"] = None
        parts["_get_iterator"] = self._opened
        if loader.num_workers:
            parts["worker_init_fn"] = Sending(loader.worker_init_fn)
        stream = isinstance(loader.dataset, IterableDataset)  # whose sampler draws nothing
        if loader.batch_sampler is None:
            drawing = loader.sampler if stream else Sampling(loader.sampler, self._draw)
            parts["sampler"] = Sampling(drawing, self._choose)
        elif type(loader.batch_sampler) is BatchSampler and not stream:
            batches = copy.copy(loader.batch_sampler)
            batches.sampler = Sampling(batches.sampler, self._draw)
            parts["batch_sampler"] = Sampling(batches, self._choose)
        else:
            parts["batch_sampler"] = Sampling(loader.batch_sampler, self._choose)

    def _draw(self, index: Any) -> Any:
        return self.epoch.draw(index)

    def _choose(self, indices: Any) -> Any:
        return self.epoch.choose(indices)

    def _opened(self) -> Any:
        """The iterator that torch makes for the copy."""
        iterator = type(self.loader)._get_iterator(self.loader)
        if isinstance(iterator, _SingleProcessDataLoaderIter):
            iterator._dataset_fetcher = Fetcher(iterator._dataset_fetcher, self.epoch)
        return iterator


class Fetcher:
    """Torch's fetcher of one process: it asks the dataset and calls the collate function."""

    def __init__(self, fetcher: Any, epoch: Epoch) -> None:
        self._fetcher = fetcher
        self._epoch = epoch
        self._dataset = fetcher.dataset
        self._collate = fetcher.collate_fn
        self._transforms = Transforms(self._dataset)
        self._subset = subset_of(self._dataset)
        self._stream: _Stream | None = None
        if isinstance(fetcher, _IterableDatasetFetcher):
            self._stream = fetcher.dataset_iter = _Stream(fetcher.dataset_iter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fetcher, name)

    def fetch(self, indices: Any) -> Any:
        """The batch of these indices, as torch fetches it."""
        raw = self._epoch.begin()
        fetcher = self._fetcher
        if self._stream is not None:
            raw.indices = None
            self._stream.raw = raw
        elif isinstance(fetcher, _MapDatasetFetcher):
            fetcher.dataset = watched(self._dataset, raw)
        fetcher.collate_fn = partial(self._joined, raw)
        try:
            raw.batch = self._fetched(indices, raw)
        except StopIteration:
            self._epoch.end(raw)
            raise
        except BaseException:
            if raw.indices is None:
                raw.indices = range(self._epoch.seen, self._epoch.seen + raw.place + 1)
            self._epoch.fail(raw)
            raise
        finally:
            fetcher.dataset, fetcher.collate_fn = self._dataset, self._collate
        if raw.indices is None:
            raw.indices = range(self._epoch.seen, self._epoch.seen + raw.place)
            self._epoch.chosen[raw.number] = raw.indices
        self._epoch.seen += len(raw.indices)
        return raw.batch

    def _fetched(self, indices: Any, raw: RawBatch) -> Any:
        if not self._transforms and self._subset is None:
            return self._fetcher.fetch(indices)
        with ExitStack() as stack:
            if self._subset is not None:
                counts = self._subset is self._dataset
                stack.enter_context(watched_inner(self._subset, raw, counts=counts))
            stack.enter_context(self._transforms.watched(raw))
            return self._fetcher.fetch(indices)

    def _joined(self, raw: RawBatch, samples: Any) -> Any:
        raw.collate = self._collate
        raw.versions = versions_of_all(raw.samples or ())
        return joined(self._collate, samples, raw.calls)


class _Stream:
    """The iterator of an IterableDataset, with a note of each sample."""

    raw: RawBatch

    def __init__(self, samples: Any) -> None:
        self._samples = samples

    def __iter__(self) -> _Stream:
        return self

    def __next__(self) -> Any:
        sample = next(self._samples)
        self.raw.samples.append(sample)  # type: ignore[union-attr]
        return sample
