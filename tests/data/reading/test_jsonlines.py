"""JSON lines: what was written comes back, and a wrong line is named."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from gradviz.data.reading.jsonlines import JSONLines
from gradviz.errors import DataError


def written(folder: Path, *lines: object) -> str:
    text = "".join(
        (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n"
        for line in lines
    )
    (folder / "t.jsonl").write_text(text, "utf-8")
    return str(folder / "t.jsonl")


def test_objects_are_dicts(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"text": "좋다", "label": "good", "tokens": [1, 2], "grid": [[1, 2], [3, 4.5]], "n": 1},
        "",
        {"text": "bad", "label": "bad", "tokens": [3, 4], "grid": [[1, 2], [3, 4]], "n": 0.5},
    )
    samples = JSONLines(path, target="label")
    assert len(samples) == 2
    assert samples.classes == ("bad", "good")
    batch = next(iter(DataLoader(samples, batch_size=2)))
    assert batch["text"] == ["좋다", "bad"]
    assert batch["label"].tolist() == [1, 0]
    assert torch.equal(batch["tokens"], torch.tensor([[1, 2], [3, 4]]))
    assert torch.equal(batch["grid"], torch.tensor([[[1, 2], [3, 4.5]], [[1, 2], [3, 4.0]]]))
    assert torch.equal(batch["n"], torch.tensor([1, 0.5]))
    chosen = JSONLines(path, inputs=("tokens",), target="label")[-1]
    assert list(chosen) == ["tokens", "label"]
    assert not hasattr(JSONLines(path), "classes")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"a": 1}', "{"], "line 2 is no JSON"),
        (['{"a": 1}', "[1, 2]"], "line 2 is no object"),
        (['{"a": 1}', '{"b": 1, "c": 2}'], "line 2 has nothing for the key “a”; it has: b, c"),
        (['{"a": null}'], "line 1 has nothing for the key “a”"),
        (['{"a": [[1], [1, 2]]}'], "line 1, key “a”: the lists in it differ in length"),
        (['{"a": [[1], 2]}'], "line 1, key “a”: the lists in it differ in length"),
        (['{"a": 99999999999999999999}'], "line 1, key “a”: a number is beyond 64 bits"),
        (['{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"], "line 1 is no JSON: nested too deep"),
        (['{"a": ' + "9" * 5000 + "}"], "line 1 is no JSON"),
        (["", ""], "no row of data"),
        (['{"a": "\0"}'], "line 1 holds NUL"),
        (['{"a": 1}', '{"a": "' + "x" * (1 << 24) + '"}'], "line 2 has more than"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        JSONLines(written(tmp_path, *lines))
    assert said in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))


def test_a_target_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": 1, "b": 2})
    with pytest.raises(DataError, match="nothing for the key “y”; it has: a, b"):
        JSONLines(path, target="y")


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes('{"a": 1}\n{"a": "가"}\n'.encode("cp949"))
    with pytest.raises(DataError, match="line 2 is not in utf-8"):
        JSONLines(str(tmp_path / "t.jsonl"))


VALUES = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",))),
    st.booleans(),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.lists(st.text(max_size=3), max_size=3),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(VALUES, min_size=1, max_size=100), st.lists(st.integers(-9, 9), min_size=1))
def test_any_objects_come_back(tmp_path: Path, values: list[Any], numbers: list[int]) -> None:
    path = written(tmp_path, *({"a": value, "n": numbers} for value in values))
    samples = JSONLines(path)
    for i in range(len(values)):
        assert samples[i]["a"] == values[i]
        assert torch.equal(samples[i]["n"], torch.tensor(numbers))


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    count = 20_000
    path = tmp_path / "t.jsonl"
    path.write_text("".join(f'{{"text": "{"word " * 20}{i}", "n": {i}}}\n' for i in range(count)))
    tracemalloc.start()
    try:
        samples = JSONLines(str(path))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 << 20
    assert held < 1 << 20
    assert [samples[i]["n"] for i in (0, 63, 64, 19_999)] == [0, 63, 64, 19_999]
