"""A watched loader gives what the plain one gives, and tells how it came to be."""

from __future__ import annotations

import gc
import random
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.data import (
    DataLoader,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    get_worker_info,
)

from gradviz.data.pipeline.watch import Pipeline, watch_loader
from gradviz.errors import DataError, UsageError
from gradviz.trace.pipeline import (
    BatchChanged,
    BatchChosen,
    BatchCollated,
    IndexDrawn,
    KeyCollated,
    SampleFetched,
    TransformApplied,
)
from tests.data.pipeline.corpus import (
    LOADERS,
    Compose,
    Pictures,
    Rows,
    Shift,
    add_noise,
    pair,
    to_tensor,
)


def seed() -> None:
    torch.manual_seed(7)
    random.seed(7)
    np.random.seed(7)


def state() -> tuple[Any, ...]:
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        np.random.get_state()[1].tolist(),  # type: ignore[index, union-attr]
    )


def assert_same(one: Any, other: Any) -> None:
    """Equal bit for bit, of the same classes."""
    assert type(one) is type(other)
    if isinstance(one, Tensor):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.stride() == other.stride()
        assert one.equal(other)
    elif isinstance(one, Mapping):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


@pytest.mark.parametrize("name", LOADERS)
def test_the_batches_are_those_of_the_plain_loader(name: str) -> None:
    seed()
    plain = LOADERS[name]()
    expected = [list(plain), list(plain)]
    after = state()
    seed()
    loader = LOADERS[name]()
    pipeline = watch_loader(loader)
    watched = [list(pipeline), list(pipeline)]
    assert_same(watched, expected)
    assert state() == after
    assert [len(pipeline)] == [len(plain)] if hasattr(plain.dataset, "__len__") else True


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    "name",
    ["shuffled", "everything", "weighted", "own batch sampler", "custom collate", "transforms",
     "stream", "no batches", "own loader"],
)  # fmt: skip
def test_workers_give_the_same_batches(name: str, workers: int) -> None:
    seed()
    plain = list(LOADERS[name](num_workers=workers))
    seed()
    pipeline = watch_loader(LOADERS[name](num_workers=workers))
    assert_same(list(pipeline), plain)
    if name in ("shuffled", "weighted"):
        lanes = [steps.events[-1].worker for steps in pipeline.batches]  # type: ignore[union-attr]
        assert lanes == [number % workers for number in range(len(plain))]
        for steps, batch in zip(pipeline.batches, plain, strict=True):
            assert list(steps.indices) == batch[1].tolist()
            assert steps.samples is None


def test_persistent_workers_and_prefetching_are_kept() -> None:
    options: dict[str, Any] = {
        "num_workers": 2, "persistent_workers": True, "prefetch_factor": 1,
    }  # fmt: skip
    seed()
    plain = LOADERS["shuffled"](**options)
    expected = [list(plain), list(plain)]
    seed()
    pipeline = watch_loader(LOADERS["shuffled"](**options), keep=6)
    assert_same([list(pipeline), list(pipeline)], expected)
    assert [steps.epoch for steps in pipeline.batches] == [0, 0, 0, 1, 1, 1]


def in_a_worker(index: int) -> tuple[int, int]:
    worker = get_worker_info()
    return index, -1 if worker is None else worker.id


def test_the_dataset_runs_in_the_workers() -> None:
    loader = DataLoader(Rows(in_a_worker, 4), batch_size=2, num_workers=2)
    assert [batch[1].tolist() for batch in watch_loader(loader)] == [[0, 0], [1, 1]]


SAMPLERS = {
    "sequential": lambda rows, count: SequentialSampler(rows),
    "random": lambda rows, count: RandomSampler(rows),
    "replacement": lambda rows, count: RandomSampler(rows, replacement=True, num_samples=count),
    "weighted": lambda rows, count: WeightedRandomSampler(
        torch.arange(1.0, len(rows) + 1), count
    ),
    "subset": lambda rows, count: SubsetRandomSampler(range(0, len(rows), 2)),
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    sampler=st.sampled_from(sorted(SAMPLERS)),
    rows=st.integers(1, 70),
    count=st.integers(1, 70),
    batch_size=st.one_of(st.none(), st.integers(1, 9)),
    drop_last=st.booleans(),
    start=st.integers(0, 2**31),
)
def test_any_sampler_and_size(
    sampler: str, rows: int, count: int, batch_size: int | None, drop_last: bool, start: int
) -> None:
    dataset = Rows(pair, rows)

    def loader() -> DataLoader[Any]:
        torch.manual_seed(start)
        return DataLoader(
            dataset,
            batch_size=batch_size,
            sampler=SAMPLERS[sampler](dataset, count),
            drop_last=drop_last and batch_size is not None,
        )

    expected = list(loader())
    after = torch.get_rng_state()
    pipeline = Pipeline(loader(), keep=100)
    assert_same(list(pipeline), expected)
    assert torch.get_rng_state().equal(after)
    indices = [index for steps in pipeline.batches for index in steps.indices]
    labels = [batch[1] for batch in expected]
    assert indices == [int(one) for label in labels for one in torch.as_tensor(label).reshape(-1)]
    epoch = pipeline.epochs[-1]
    assert epoch.drawn == indices + epoch.dropped
    assert len(epoch.dropped) < (batch_size or 1)


def test_the_loader_is_left_as_it_is() -> None:
    loader = LOADERS["transforms"]()
    before = dict(vars(loader))
    dataset = vars(loader.dataset).copy()
    steps = list(loader.dataset.transform.transforms)  # type: ignore[attr-defined]
    pipeline = watch_loader(loader)
    list(pipeline)
    assert {**vars(loader)} == before
    assert vars(loader.dataset) == dataset
    assert loader.dataset.transform.transforms == steps  # type: ignore[attr-defined]
    assert not steps[1]._forward_hooks
    assert not steps[1]._forward_pre_hooks
    assert pipeline.batch_size == 4


def test_objects_are_handed_on_not_copied() -> None:
    samples = [object() for _ in range(3)]
    loader = DataLoader(Rows(samples.__getitem__, 3), batch_size=2, collate_fn=lambda batch: batch)
    pipeline = watch_loader(loader)
    batches = list(pipeline)
    assert [one for batch in batches for one in batch] == samples
    assert pipeline.batch.samples == (samples[2],)


def test_each_step_of_a_shuffled_batch() -> None:
    torch.manual_seed(0)
    pipeline = watch_loader(LOADERS["shuffled"]())
    batch = next(iter(pipeline))
    steps = pipeline.batch
    assert list(steps.indices) == batch[1].tolist()
    kinds = [type(event) for event in steps.events]
    assert kinds == [
        *[IndexDrawn] * 4, BatchChosen, *[SampleFetched] * 4, *[KeyCollated] * 3, BatchCollated,
    ]  # fmt: skip
    drawn = [event for event in steps.events if isinstance(event, IndexDrawn)]
    assert [event.order for event in drawn] == [0, 1, 2, 3]
    assert {event.sampler for event in drawn} == {"RandomSampler"}
    chosen = steps.events[4]
    assert isinstance(chosen, BatchChosen)
    assert (chosen.indices, chosen.sampler) == (steps.indices, "BatchSampler")
    fetched = steps.events[6]
    assert isinstance(fetched, SampleFetched)
    assert (fetched.place, fetched.index) == (1, steps.indices[1])
    assert steps.value(fetched).made[1] == steps.indices[1]
    assert steps.place_of(steps.indices[3]) == 3
    keys = [event for event in steps.events if isinstance(event, KeyCollated)]
    assert [(key.path, key.rule, key.depth) for key in keys] == [
        ("", "tuple", 0), ("[0]", "tensor", 1), ("[1]", "int", 1),
    ]  # fmt: skip
    assert keys[2].made is not None
    assert keys[2].made.dtype == "int64"
    assert steps.value(keys[1]).made is batch[0]


def test_transforms_are_seen_one_by_one_as_they_were() -> None:
    torch.manual_seed(0)
    dataset = Pictures(Compose([to_tensor, Shift(), add_noise]))
    pipeline = watch_loader(DataLoader(dataset, batch_size=2))
    batch = next(iter(pipeline))
    steps = pipeline.batch
    applied = [e for e in steps.of_sample(1) if isinstance(e, TransformApplied)]
    assert [(e.step, e.name, e.branch, e.index) for e in applied] == [
        (0, "to_tensor", "input", 1), (1, "Shift", "input", 1), (2, "add_noise", "input", 1),
    ]  # fmt: skip
    first, shifted, noisy = (steps.value(event) for event in applied)
    assert applied[0].before.kind == "Image"
    assert applied[0].before.shape == (4, 4)
    assert first.made.equal(torch.full((1, 4, 4), 1 / 255))
    assert shifted.given.equal(first.made)
    assert (shifted.made - shifted.given).std() < 1e-6
    assert noisy.given.equal(shifted.made)  # which add_noise then wrote into
    assert not noisy.given.equal(noisy.made)
    assert noisy.made.equal(batch[0][1])
    assert applied[0].source is not None
    assert applied[0].source.file.endswith("corpus.py")


def test_a_subset_tells_the_index_that_it_asks_for() -> None:
    pipeline = watch_loader(LOADERS["transform of a subset"]())
    list(pipeline)
    fetched = [e for s in pipeline.batches for e in s.events if isinstance(e, SampleFetched)]
    assert [(e.index, e.inner) for e in fetched] == [(0, 8), (1, 0), (2, 3)]
    assert len([e for e in pipeline.batch.of_sample(0) if isinstance(e, TransformApplied)]) == 2


def test_what_was_overwritten_says_so() -> None:
    pipeline = watch_loader(LOADERS["same objects"]())
    batch = next(iter(pipeline))
    batch[2][0].zero_()
    fetched = [e for e in pipeline.batch.events if isinstance(e, SampleFetched)]
    assert [e.content.kind for e in fetched] == ["tuple"] * 4
    assert [e.content.changed for e in fetched] == [False, False, True, False]


def test_a_loader_of_ones_own_that_changes_the_batch_says_so() -> None:
    pipeline = watch_loader(LOADERS["own loader"]())
    batch = next(iter(pipeline))
    before, changed = pipeline.batch.events[-2:]
    assert isinstance(before, BatchCollated)
    assert isinstance(changed, BatchChanged)
    assert changed.loader == "TwiceLoader"
    assert pipeline.batch.value(changed).made is batch
    assert pipeline.batch.value(before).made[0].mul(2).equal(batch[0])


def test_what_drop_last_dropped() -> None:
    pipeline = watch_loader(LOADERS["drop_last"]())
    list(pipeline)
    (epoch,) = pipeline.epochs
    left = set(range(10)) - {i for steps in pipeline.batches for i in steps.indices}
    assert set(epoch.dropped) == left
    assert len(left) == 2
    stream = watch_loader(LOADERS["stream, drop_last"]())
    list(stream)
    assert stream.epochs[-1].dropped == [8, 9]


def test_samples_of_a_stream_are_counted() -> None:
    pipeline = watch_loader(LOADERS["stream"]())
    list(pipeline)
    assert [steps.indices for steps in pipeline.batches] == [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9)]


def test_only_so_many_batches_are_kept() -> None:
    pipeline = watch_loader(LOADERS["sequential"](), keep=2)
    list(pipeline)
    assert [steps.batch for steps in pipeline.batches] == [1, 2]


def test_two_epochs_at_once() -> None:
    seed()
    plain = LOADERS["shuffled"]()
    expected = list(zip(plain, plain, strict=True))
    seed()
    pipeline = watch_loader(LOADERS["shuffled"]())
    assert_same(list(zip(pipeline, pipeline, strict=True)), expected)


def test_an_epoch_that_is_left_goes_away() -> None:
    gone = []

    class Closing(Rows):
        def __del__(self) -> None:
            gone.append(True)

    def look() -> None:
        for _ in watch_loader(DataLoader(Closing(pair), batch_size=2)):
            break

    gc.collect()
    look()
    gc.collect()
    assert gone == [True]


def test_what_is_no_loader_is_refused() -> None:
    with pytest.raises(UsageError, match="DataLoader"):
        watch_loader([1, 2])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no batch was fetched"):
        _ = watch_loader(LOADERS["sequential"]()).batch


class Text(Rows):
    """The dataset of the lecture."""

    def __init__(self) -> None:
        super().__init__(self._sample, 5)
        self.data = ["Happy", "Amazing", "Sad", "Unhapy", "Glum"]
        self.labels = ["Positive", "Positive", "Negative", "Negative", "Negative"]

    def _sample(self, index: int) -> dict[str, str]:
        return {"Text": self.data[index], "Class": self.labels[index]}


@pytest.mark.parametrize("size", [2, 3])
def test_the_five_sentences_of_the_lecture(size: int) -> None:
    pipeline = watch_loader(DataLoader(Text(), batch_size=size, shuffle=True))
    batches = list(pipeline)
    assert [len(batch["Text"]) for batch in batches] == {2: [2, 2, 1], 3: [3, 2]}[size]
    pairs = {
        known for batch in batches for known in zip(batch["Text"], batch["Class"], strict=True)
    }
    assert pairs == {
        ("Happy", "Positive"), ("Amazing", "Positive"), ("Sad", "Negative"),
        ("Unhapy", "Negative"), ("Glum", "Negative"),
    }  # fmt: skip
    assert all(
        type(batch["Text"]) is list and list(batch) == ["Text", "Class"] for batch in batches
    )
    keys = [event for event in pipeline.batch.events if isinstance(event, KeyCollated)]
    assert [(key.path, key.rule) for key in keys] == [
        ("", "mapping"), ("['Text']", "text"), ("['Class']", "text"),
    ]  # fmt: skip
