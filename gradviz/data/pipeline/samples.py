"""Datasets as torch's fetcher asks them, with a note of each sample.

Only the fetcher sees these: the dataset of the loader, and ``self`` in its own code, is the user's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils.data import Subset

from gradviz.data.pipeline.raw import RawBatch
from gradviz.data.reconstruction import Reconstruction
from gradviz.data.transformed import Transformed


class OneByOne:
    """A dataset whose ``__getitem__`` is asked for each sample."""

    def __init__(self, dataset: Any, raw: RawBatch) -> None:
        self._dataset = dataset
        self._samples = raw.samples = []

    def __getitem__(self, index: Any) -> Any:
        sample = self._dataset[index]
        self._samples.append(sample)
        return sample

    def __getitems__(self, indices: Any) -> list[Any]:
        dataset, note = self._dataset, self._samples.append
        for index in indices:
            note(dataset[index])
        return [*self._samples]  # the collate function may change its list


class AllAtOnce:
    """A dataset that has ``__getitems__``, which gives all samples of a batch at once."""

    def __init__(self, dataset: Any, raw: RawBatch) -> None:
        self._dataset = dataset
        self._raw = raw

    def __getitem__(self, index: Any) -> Any:
        sample = self._dataset[index]
        self._raw.samples = [sample]
        return sample

    def __getitems__(self, indices: Any) -> Any:
        samples = self._dataset.__getitems__(indices)
        self._raw.samples = list(samples)
        return samples


class Inner:
    """The dataset that a `Subset` takes its samples from: which index it was asked for. It counts
    the samples where nobody else does, for torch asks a `Subset` for all of a batch at once.
    """

    def __init__(self, dataset: Any, raw: RawBatch, *, counts: bool) -> None:
        self._dataset = dataset
        self._raw = raw
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dataset, name)

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: Any) -> Any:
        self._raw.inner.append(index)
        sample = self._dataset[index]
        self._raw.asked += self._counts
        return sample


def has_getitems(dataset: object) -> bool:
    """Whether torch's fetcher asks it for all samples at once."""
    return bool(getattr(dataset, "__getitems__", None))


def watched(dataset: Any, raw: RawBatch) -> OneByOne | AllAtOnce:
    """The dataset, for the fetcher of one batch."""
    return (AllAtOnce if has_getitems(dataset) else OneByOne)(dataset, raw)


def subset_of(dataset: Any) -> Any:
    """Torch's own `Subset`, which asks another dataset for one sample at a time: the dataset itself
    or what the samples of a project are made of. None if there is none.
    """
    while type(dataset) in (Transformed, Reconstruction):
        dataset = dataset.samples
    return dataset if type(dataset) is Subset and not has_getitems(dataset.dataset) else None


@contextmanager
def watched_inner(subset: Any, raw: RawBatch, *, counts: bool) -> Iterator[None]:
    """The block sees which samples a `Subset` asks for of what it is of."""
    inner = subset.dataset
    subset.dataset = Inner(inner, raw, counts=counts)
    try:
        yield
    finally:
        subset.dataset = inner


def lowest(dataset: Any) -> Iterator[Any]:
    """The dataset and those that it is made of, as torch's and most people's wrappers hold them."""
    seen: set[int] = set()
    waiting = [dataset]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        held = getattr(each, "__dict__", {})
        for name in ("dataset", "samples", "base"):
            if hasattr(held.get(name), "__getitem__") and hasattr(held[name], "__dict__"):
                waiting.append(held[name])
        datasets = held.get("datasets")
        if isinstance(datasets, list | tuple):
            waiting.extend(datasets)


def of_dataset(loader: object, name: str) -> tuple[Any, ...]:
    """What a loader's dataset, or what it is made of, has under a name, such as ``classes``."""
    for each in lowest(getattr(loader, "dataset", None)):
        found = getattr(each, name, None)
        if isinstance(found, list | tuple):
            return tuple(found)
    return ()
