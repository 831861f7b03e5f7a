"""A loader that fails names the sample, the key, the line, and what to write instead."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset

from gradviz import i18n
from gradviz.data.pipeline.failures import RULES
from gradviz.data.pipeline.watch import watch_loader
from gradviz.data.transformed import Transformed
from gradviz.data.transforms.tonumber import ToNumber
from gradviz.errors import DataError
from tests.data.pipeline.corpus import Compose, Pictures, Rows, Together, add_noise, pair


@dataclass
class Row:
    x: float


def at_7(index: int) -> Any:
    if index == 7:
        raise OSError("image file is truncated")
    return pair(index)


def after_5(index: int) -> Any:
    return [pair(each) for each in range(5)][index]


def odd(wrong: Any, *, usual: Any = 1.0, key: str = "x", at: int = 6) -> Callable[[int], Any]:
    """Samples of which one has something else."""
    return lambda index: {"y": index, key: wrong if index == at else usual}


def gone(index: int) -> Any:
    return {"x": 1.0, **({} if index == 6 else {"label": 0})}


def refuse(samples: Any) -> Any:
    return samples[0].nothing


class Nothing(Dataset[Any]):
    def __len__(self) -> int:
        return 3


class Wrong:
    def __iter__(self) -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    def __len__(self) -> int:
        return 4


class Breaking(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield from range(5)
        raise OSError("the line is cut")


class Functions(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield from (lambda: 1, lambda: 2)


IMAGE = Image.new("L", (2, 2))


def loader(make: Callable[[int], Any], **options: Any) -> DataLoader[Any]:
    return DataLoader(Rows(make), **{"batch_size": 4, **options})


CASES: dict[str, tuple[Callable[[], DataLoader[Any]], str, int | None, str]] = {
    "raises at the 7th": (lambda: loader(at_7), "getitem", 7, ""),
    "raises, all at once": (
        lambda: DataLoader(Together(at_7), batch_size=4), "getitem", 7, ""
    ),
    "raises in a subset": (
        lambda: DataLoader(Subset(Rows(at_7), [1, 2, 7]), batch_size=3), "getitem", 2, ""
    ),
    "raises, one by one": (lambda: loader(at_7, batch_size=None), "getitem", 7, ""),
    "len lies": (lambda: loader(after_5), "lying_len", 5, ""),
    "beyond": (
        lambda: loader([pair(each) for each in range(10)].__getitem__, sampler=[1, 12]),
        "beyond", 12, "",
    ),
    "no getitem": (lambda: DataLoader(Nothing(), batch_size=2), "no_getitem", 0, ""),
    "stream": (lambda: DataLoader(Breaking(), batch_size=4), "getitem", 5, ""),
    "transform": (
        lambda: DataLoader(Pictures(Compose([add_noise])), batch_size=2), "transform", 0, ""
    ),
    "unknown label": (
        lambda: DataLoader(
            Transformed([(1, "a"), (2, "z")], None, ToNumber(classes=("a", "b"))), batch_size=2
        ),
        "unknown_label", 1, "",
    ),
    "none": (lambda: loader(odd(None)), "none", 6, "['x']"),
    "none first": (lambda: loader(lambda index: (index, None)), "none", 0, "[1]"),
    "image": (lambda: loader(odd(IMAGE, usual=IMAGE)), "image", 0, "['x']"),
    "dataclass": (lambda: loader(Row), "dataclass", 0, ""),
    "object array": (
        lambda: loader(lambda _: np.array(["a", "b"])), "no_numbers", 0, ""
    ),
    "sparse": (lambda: loader(lambda _: torch.eye(2).to_sparse()), "layout", 0, ""),
    "missing key": (lambda: loader(gone), "missing_key", 6, ""),
    "another type": (lambda: loader(odd("text")), "kinds", 6, "['x']"),
    "sequences": (
        lambda: loader(lambda index: {"ids": torch.ones(index % 3 + 1)}), "ragged", 1, "['ids']"
    ),
    "frames": (
        lambda: loader(lambda index: (torch.ones(index % 3 + 1, 4), 0)), "ragged", 1, "[0]"
    ),
    "images": (
        lambda: loader(odd(torch.ones(3, 5, 4), usual=torch.ones(3, 4, 4))), "shapes", 6, "['x']"
    ),
    "arrays": (
        lambda: loader(odd(np.ones((2, 3)), usual=np.ones((2, 2)))), "shapes", 6, "['x']"
    ),
    "lists": (lambda: loader(odd([1, 2, 3], usual=[1, 2])), "lengths", 6, "['x']"),
    "deep": (
        lambda: loader(lambda index: {"a": [{"b": torch.ones(2 + (index == 1))}]}),
        "ragged", 1, "['a'][0]['b']",
    ),
    "a set": (lambda: loader(lambda _: {1, 2}), "unknown_type", 0, ""),
    "a number too large": (lambda: loader(lambda _: 2**80), "collate", None, ""),
    "own collate": (lambda: loader(pair, collate_fn=refuse), "own_collate", None, ""),
    "own sampler": (
        lambda: loader(pair, batch_size=1, sampler=Wrong()), "sampler", None, ""
    ),
}  # fmt: skip


def failed(make: Callable[[], DataLoader[Any]]) -> DataError:
    pipeline = watch_loader(make())
    with pytest.raises(DataError) as caught:
        list(pipeline)
    error = caught.value
    with pytest.raises(type(error.__cause__)):  # type: ignore[arg-type]
        list(make())
    return error


@pytest.mark.parametrize("name", CASES)
def test_a_failure_is_named(name: str) -> None:
    make, rule, index, path = CASES[name]
    error = failed(make)
    assert error.fields["rule"] == rule, error
    assert error.fields["path"] == path
    if index is not None:
        assert error.fields["index"] == index
    assert "{" not in str(error).replace("{1, 2}", "")
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert "None" not in str(error) or "none" in rule
        assert " → " in str(error)


@pytest.mark.parametrize(
    ("name", "line"),
    [("raises at the 7th", 'raise OSError("image'), ("own collate", "return samples[0].nothing"),
     ("own sampler", 'raise ValueError("no more")'), ("len lies", "in range(5)][index]")],
)  # fmt: skip
def test_the_line_of_the_users_file_is_named(name: str, line: str) -> None:
    file, _, number = failed(CASES[name][0]).where.rpartition(":")
    assert Path(file) == Path(__file__)
    assert line in Path(file).read_text("utf-8").splitlines()[int(number) - 1]


def test_what_is_said_of_ragged_sequences() -> None:
    error = failed(CASES["sequences"][0])
    file, _, number = error.where.rpartition(":")
    code = Path(file).read_text("utf-8").splitlines()
    assert code[int(number) - 1] == "    def __getitem__(self, index: int) -> Any:"
    assert str(error).removeprefix(error.where) == (
        ": samples 0 and 1 (place 1 of batch 0) differ in length in sample['ids']: "
        "Tensor (1,) float32, Tensor (2,) float32 → give a collate_fn that pads them with "
        "torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)"
    )


def test_the_steps_up_to_the_failure_are_kept() -> None:
    pipeline = watch_loader(loader(at_7))
    with pytest.raises(DataError):
        list(pipeline)
    assert pipeline.failed is not None
    assert pipeline.failed.samples is not None
    assert len(pipeline.failed.samples) == 3
    assert len(pipeline.batches) == 1


@pytest.fixture
def short_goodbyes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Torch waits for the workers of a loader that failed only for a moment."""
    monkeypatch.setattr("torch.utils.data._utils.MP_STATUS_CHECK_INTERVAL", 0.1)
    yield
    gc.collect()


@pytest.mark.usefixtures("short_goodbyes")
@pytest.mark.parametrize("name", ["raises at the 7th", "missing key", "own collate"])
def test_a_worker_that_fails_names_the_sample_too(name: str) -> None:
    make, rule, index, path = CASES[name]
    ours = make()
    pipeline = watch_loader(
        DataLoader(
            ours.dataset, batch_size=4, collate_fn=ours.collate_fn, num_workers=1
        )
    )  # fmt: skip
    before = torch.get_rng_state(), random.getstate()
    with pytest.raises(DataError) as caught:
        list(pipeline)
    assert caught.value.fields["rule"] == rule
    assert index is None or caught.value.fields["index"] == index
    assert caught.value.fields["path"] == path
    assert random.getstate() == before[1]


def only_in_a_worker(index: int) -> int:
    if torch.utils.data.get_worker_info() is not None:
        raise OSError("no disk here")
    return index


@pytest.mark.usefixtures("short_goodbyes")
def test_a_failure_of_a_worker_alone_names_the_batch() -> None:
    with pytest.raises(DataError, match=r"batch 0 of samples 0, 1: OSError: no disk here"):
        list(watch_loader(loader(only_in_a_worker, batch_size=2, num_workers=1)))


@pytest.mark.usefixtures("short_goodbyes")
@pytest.mark.filterwarnings("ignore:Got pickle error:UserWarning")
def test_what_cannot_be_sent_to_workers_is_named() -> None:
    options: dict[str, Any] = {"num_workers": 1, "multiprocessing_context": "spawn"}
    pipeline = watch_loader(
        DataLoader(Rows(pair), collate_fn=lambda samples: samples, **options)
    )  # fmt: skip
    with pytest.raises(DataError, match=r"collate_fn .*lambda.* cannot be sent to worker"):
        list(pipeline)


def local_error(index: int) -> Any:
    class OddError(Exception):
        """Pickle finds it nowhere."""

    raise OddError("here")


@pytest.mark.usefixtures("short_goodbyes")
@pytest.mark.parametrize("stream", [False, True])
def test_a_batch_that_cannot_be_sent_is_named(stream: bool) -> None:
    samples: Any = Functions() if stream else Rows(lambda index: lambda: index)
    options: dict[str, Any] = {"collate_fn": list, "batch_size": 2, "num_workers": 1}
    with pytest.raises(DataError, match=r"cannot send batch 0 .*pickle.*lambda"):
        list(watch_loader(DataLoader(samples, **options)))


@pytest.mark.usefixtures("short_goodbyes")
def test_an_error_that_cannot_be_sent_is_named() -> None:
    with pytest.raises(DataError, match=r"sample 0 .* cannot be had: OddError: here"):
        list(watch_loader(loader(local_error, num_workers=1)))


def test_workers_begin_as_the_user_wants() -> None:
    begun = torch.zeros(2).share_memory_()

    def begin(worker: int) -> None:
        begun[worker] = 1 + worker

    list(watch_loader(loader(pair, num_workers=2, worker_init_fn=begin)))
    assert begun.tolist() == [1, 2]


def test_each_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    stages = {rule.stage for rule in RULES}
    for stage in stages:
        last = [rule for rule in RULES if rule.stage == stage][-1]
        assert last.knows.__name__ in ("anything", "transform")
