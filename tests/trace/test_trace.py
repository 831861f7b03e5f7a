"""The trace as data: files, moments, values over the budget."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.errors import OutputError, TraceError, UsageError
from gradviz.trace.moment import resolve
from gradviz.trace.store import ValueStore
from gradviz.trace.summary import summarize


@pytest.fixture(scope="module")
def trace() -> gradviz.Trace:
    from gradviz.resources import assets

    session = gradviz.Session.from_project(
        gradviz.load(assets() / "examples" / "letters_cnn.gradviz")
    )
    session.run_iteration()
    session.run_iteration()
    return session.trace


def test_every_line_is_an_event_with_its_numbers(trace: gradviz.Trace, tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    trace.save(file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["event"] for line in lines] == [type(e).__name__ for e in trace.events]
    assert [line["index"] for line in lines] == list(range(len(lines)))
    loss = next(line for line in lines if line["event"] == "LossComputed")
    event = trace.events[loss["index"]]
    assert loss["value"]["values"] == trace.value(event.value).item()
    grads = next(line for line in lines if line["event"] == "GradAccumulated")
    exact = trace.value(trace.events[grads["index"]].added)
    assert grads["added"]["norm"] == exact.double().norm().item()
    assert grads["before"] is None
    assert "lost" not in file.read_text()


def test_a_trace_that_cannot_be_written_leaves_nothing(
    trace: gradviz.Trace, tmp_path: Path
) -> None:
    with pytest.raises(OutputError):
        trace.save(tmp_path / "no" / "t.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(OutputError):
        trace.save(tmp_path / "folder.jsonl")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.jsonl"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("start", 39), ("end", 79), ("data", 40), ("forward:1", 47), ("forward", 54),
        ("forward:end", 54), ("backward:1", 57), ("backward:half", 65), ("step:6", 79),
        ("0/start", -1), ("0/end", 39), ("0/step:1", 34), ("0", 40), ("0/0", 0), ("0/17", 17),
    ],
)  # fmt: skip
def test_moments(trace: gradviz.Trace, text: str, index: int) -> None:
    assert resolve(trace, text) == index


@pytest.mark.parametrize(
    "text", ["", "backwards", "backward:", "backward:0", "forward:99", "-1", "9/end", "40", "1:2"]
)
def test_moments_that_are_none(trace: gradviz.Trace, text: str) -> None:
    with pytest.raises(UsageError, match=r"^at: "):
        resolve(trace, text)


def test_a_store_keeps_what_changes_later() -> None:
    store = ValueStore()
    x = torch.tensor([1.0, 2.0])
    old, view = store.keep(x), store.keep(x[1:])
    assert store.keep(x) is old
    store.secure(x)
    x.add_(10)
    new = store.keep(x)
    assert store.get(old).tolist() == [1.0, 2.0]
    assert store.get(view).tolist() == [2.0]
    assert store.get(new).tolist() == [11.0, 12.0]


def test_a_store_never_shows_a_wrong_number() -> None:
    store = ValueStore()
    x = torch.tensor([1.0])
    ref = store.keep(x)
    x.add_(1)
    with pytest.raises(TraceError, match="overwritten"):
        store.get(ref)


def test_a_store_stays_within_its_budget() -> None:
    store = ValueStore(budget=4000)
    refs = [store.keep(torch.full((100,), float(i))) for i in range(50)]
    assert store.bytes <= 4000
    assert store.get(refs[-1])[0] == 49
    with pytest.raises(TraceError, match="dropped"):
        store.get(refs[0])


def test_a_small_value_stays_when_large_ones_are_dropped() -> None:
    store = ValueStore(budget=1_000_000)
    loss = store.keep(torch.tensor(0.25))
    large = [store.keep(torch.full((50_000,), float(i))) for i in range(20)]
    assert store.dropped > 10
    assert store.get(loss) == 0.25
    assert store.get(large[-1])[0] == 19


def test_summaries_are_torchs_numbers() -> None:
    x = torch.randn(50, 3)
    summary = summarize(x)
    assert summary.norm == x.double().norm().item()
    assert summary.mean == x.double().mean().item()
    assert (summary.min, summary.max) == (x.min().item(), x.max().item())
    odd = summarize(torch.tensor([0.0, math.nan, math.inf, 1.0]))
    assert (odd.zeros, odd.bad) == (1, 2)
    assert summarize(torch.empty(0)).mean is None
    assert summarize(torch.tensor([3 + 4j])).norm == 5.0
    assert summarize(torch.tensor([True, False])).mean == 0.5


@pytest.mark.filterwarnings(
    "ignore:.*nested tensors",
    "ignore:.*in beta state",
    "ignore:.*quantized tensor creation",
    "ignore:.*MaskedTensors is in prototype",
)
def test_a_tensor_of_every_kind_has_a_summary() -> None:
    x = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    expected = summarize(x)
    for other in (x.to_sparse(), x.to_sparse_csr(), x.to_mkldnn(), x.to(torch.float8_e4m3fn)):
        assert summarize(other) == expected
    parts = [torch.ones(2, 2), torch.zeros(3, 2)]
    for layout in (torch.strided, torch.jagged):
        ragged = summarize(torch.nested.nested_tensor(parts, layout=layout))
        assert (ragged.norm, ragged.zeros, ragged.mean) == (2.0, 6, 0.4)
    eighths = torch.quantize_per_tensor(x, 0.125, 0, torch.qint8)
    assert summarize(eighths) == expected
    masked = torch.masked.masked_tensor(x, x > 0)
    for none in (x.to("meta"), torch.empty(3, dtype=torch.uint4), masked):
        with pytest.raises(TraceError, match="no statistics"):
            summarize(none)


@pytest.mark.filterwarnings(
    "ignore:.*nested tensors", "ignore:.*in beta state", "ignore:.*quantized tensor creation"
)
def test_json_lines_of_odd_tensors(tmp_path: Path) -> None:
    with gradviz.record() as trace:
        x = torch.eye(2)
        for odd in (x.to_sparse(), x.to_sparse_csr(), x.to(torch.complex64), x.to("meta")):
            odd * 2
    trace.save(tmp_path / "t.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    outputs = [line["outputs"][0] for line in lines if line["op"] == "mul"]
    assert [told.get("norm") for told in outputs] == [8**0.5, 8**0.5, 8**0.5, None]
    assert "no statistics" in outputs[-1]["lost"]
