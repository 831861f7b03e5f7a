"""Datasets that do not say what torch asks of them, or raise, before the first batch: words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset

from gradviz.cli import run
from gradviz.data.counted import check_count, said
from gradviz.data.loading import build_loader
from gradviz.data.pipeline.watch import watch_loader
from gradviz.data.tables import DATASETS, Tables
from gradviz.data.values import Values
from gradviz.errors import DataError
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Choice


class Odd:
    """Samples with a length of any sort; one of them cannot be had."""

    def __init__(self, length: Any, *, wrong: Any = None, at: int = 3) -> None:
        self.length = length
        self.wrong = wrong
        self.at = at

    def __len__(self) -> Any:
        if isinstance(self.length, BaseException):
            raise self.length
        return self.length

    def __getitem__(self, index: int) -> Any:
        if index == self.at and isinstance(self.wrong, BaseException):
            raise self.wrong
        return (torch.ones(2), 1) if index != self.at or self.wrong is None else self.wrong


class NoLength:
    def __getitem__(self, index: int) -> Any:
        return torch.ones(2), 0


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield from ((torch.ones(2), 0) for _ in range(8))


class NoIterator(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        return 5  # type: ignore[return-value]


class Breaking(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield torch.ones(2), 0
        raise OSError("the line is cut")


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def tables(dataset: Any) -> Tables:
    table: Catalogue[Any] = Catalogue("dataset")

    @table.add("x")
    def Mine() -> Any:
        """Of the user's."""
        if isinstance(dataset, BaseException):
            raise dataset
        return dataset

    return Tables(datasets=DATASETS.joined(table))


def batches(dataset: Any, **more: Any) -> list[Any]:
    data = Data(Choice("Mine"), **{"batch_size": 2, "shuffle": False, **more})
    return list(watch_loader(build_loader(data, seed=0, tables=tables(dataset))))


@pytest.mark.parametrize("more", [{}, {"shuffle": True}, {"split": Split(0.2)}], ids=str)
@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (Odd(-3), "ValueError"),
        (Odd(2.5), "'float' object"),
        (Odd(None), "'NoneType' object"),
        (Odd(2**70), "OverflowError"),
        (Odd(RuntimeError("nobody knows")), "RuntimeError: nobody knows"),
        (Odd(SystemExit(3)), "SystemExit: 3"),
        (Odd(0), "Mine has no sample"),
        (NoLength(), "does not say how many samples"),
        (7, "an object of type int, which is no dataset"),
        (None, "an object of type NoneType"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
def test_a_dataset_says_how_many_samples_it_has(dataset: Any, words: str, more: Any) -> None:
    with pytest.raises(DataError, match=words) as caught:
        batches(dataset, **more)
    assert caught.value.where == "$.data.dataset"
    assert caught.value.mend


def test_a_sampler_of_the_users_makes_up_for_a_length() -> None:
    check_count(NoLength(), kind="Mine", needed=False)
    with pytest.raises(DataError, match="does not say how many"):
        batches(NoLength(), sampler=Choice("Weighted"))


def test_a_dataset_that_leaves_the_program_while_it_is_made_is_told() -> None:
    with pytest.raises(DataError, match="Mine cannot be made: 7"):
        batches(SystemExit(7))


@pytest.mark.parametrize(
    "more",
    [{}, {"sampler": Choice("Weighted")}, {"target_transforms": (Choice("ToNumber"),)}],
    ids=["a batch", "labels", "values"],
)
@pytest.mark.parametrize(
    "wrong", [KeyError("seven"), SystemExit(3), MuteError()], ids=["usual", "exit", "mute"]
)
def test_the_sample_that_cannot_be_had_is_named(wrong: BaseException, more: Any) -> None:
    with pytest.raises(DataError, match=r"sample 3 .*cannot be had") as caught:
        batches(Odd(8, wrong=wrong), **more)
    file, _, line = caught.value.where.rpartition(":")
    assert Path(file) == Path(__file__)
    assert "raise self.wrong" in Path(file).read_text("utf-8").splitlines()[int(line) - 1]
    assert said(wrong) in str(caught.value)


@pytest.mark.parametrize("wrong", [(), torch.ones(4), (torch.ones(2), torch.ones(4))])
def test_labels_that_are_no_classes_are_named(wrong: Any) -> None:
    with pytest.raises(DataError, match="sample 3"):
        batches(Odd(8, wrong=wrong), sampler=Choice("Weighted"))


def test_a_value_that_a_transform_before_the_classes_refuses_is_named() -> None:
    def double(value: Any) -> Any:
        return value + value

    values = Values([(1,), (None,)], 0, [double])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="double cannot change sample 1: TypeError"):
        list(values)


@pytest.mark.parametrize(
    "more",
    [
        {"transforms": (Choice("Scale", {"factor": 2.0}),)},
        {"target_transforms": (Choice("OneHot", {"classes": 2}),)},
        {"target": "input"},
    ],
    ids=str,
)
def test_a_stream_is_changed_by_nobody(more: Any) -> None:
    assert len(batches(Stream())) == 4
    with pytest.raises(DataError, match="a stream gives its samples itself"):
        batches(Stream(), **more)


def test_a_stream_that_does_not_begin_is_told() -> None:
    with pytest.raises(DataError, match="NoIterator cannot begin to give samples: TypeError"):
        batches(NoIterator())


def test_a_stream_that_breaks_in_a_worker_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.utils.data._utils.MP_STATUS_CHECK_INTERVAL", 0.1)
    with pytest.raises(DataError, match="after 0 batches: OSError: the line is cut"):
        list(watch_loader(DataLoader(Breaking(), batch_size=4, num_workers=1)))


def test_code_that_leaves_the_program_has_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(
        "import torch\n\n\ndef leave(x: torch.Tensor) -> torch.Tensor:\n"
        '    """Leaves."""\n    raise SystemExit(3)\n'
    )
    file = tmp_path / "p.gradviz"
    file.write_text(
        '{"format": 1, "files": ["mine.py"], "model": {"blocks": ['
        '{"name": "x", "kind": "Input", "settings": {"shape": [2]}},'
        '{"name": "a", "kind": "leave"}, {"name": "y", "kind": "Output"}],'
        '"wires": [{"from": "x", "to": "a"}, {"from": "a", "to": "y"}]},'
        '"data": {"dataset": {"kind": "Moons"}}, "training": {"loss": {"kind": '
        '"CrossEntropyLoss"}, "optimizer": {"kind": "SGD", "settings": {"lr": 0.1}}}}'
    )
    assert run(["run", str(file), "--trust"]) in (1, 2)
    assert "SystemExit" in (told := capsys.readouterr().err) or "exit(3)" in told
