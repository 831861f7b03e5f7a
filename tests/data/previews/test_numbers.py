"""The numbers behind previews, against torch's own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gradviz.data.previews import numbers
from gradviz.data.previews.kinds import BAD_LEVEL, ZERO_LEVEL
from gradviz.data.previews.numbers import bars_of, dense, levels_of, numbers_of, real, smaller

TENSORS = [
    torch.randn(3, 4, 5),
    torch.randn(2, 7).half(),
    torch.randn(2, 7).bfloat16(),
    torch.arange(-5, 20),
    torch.tensor([True, False, True]),
    torch.arange(255, dtype=torch.uint8),
    torch.randn(9, dtype=torch.complex64),
    torch.tensor(2.5),
    torch.eye(4).to_sparse(),
]


@pytest.mark.parametrize("tensor", TENSORS, ids=lambda each: f"{each.dtype}{tuple(each.shape)}")
def test_numbers_are_those_of_torch(tensor: Tensor) -> None:
    plain = dense(tensor)
    told, values = numbers_of(plain), real(plain)
    assert (told.shape, told.count, told.nan, told.infinite) == (
        tuple(tensor.shape), tensor.numel(), 0, 0,
    )  # fmt: skip
    assert told.low == values.min().item()
    assert told.high == values.max().item()
    assert told.mean == pytest.approx(values.mean().item(), rel=1e-12, abs=1e-12)
    if tensor.numel() > 1:
        assert told.std == pytest.approx(values.std().item(), rel=1e-9)


def test_many_pieces_make_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    values = torch.randn(1000)
    whole, bars = numbers_of(values), bars_of(values, numbers_of(values))
    monkeypatch.setattr(numbers, "PIECE", 64)
    told = numbers_of(values)
    assert (told.low, told.high, told.count) == (whole.low, whole.high, whole.count)
    assert told.mean == pytest.approx(whole.mean, rel=1e-9)
    assert told.std == pytest.approx(whole.std, rel=1e-9)
    assert bars_of(values, told) == bars


def test_nan_and_infinite_are_counted_and_left_out() -> None:
    values = torch.tensor([1.0, math.nan, math.inf, -math.inf, 3.0])
    told = numbers_of(values)
    assert (told.nan, told.infinite, told.low, told.high, told.mean) == (1, 2, 1.0, 3.0, 2.0)
    nothing = numbers_of(torch.full((3,), math.nan))
    assert (nothing.nan, nothing.low, nothing.mean) == (3, None, None)
    assert bars_of(torch.full((3,), math.nan), nothing) == ()


def test_the_histogram_is_that_of_torch() -> None:
    values = torch.randn(5000)
    bars = bars_of(values, numbers_of(values))
    low, high = values.double().min().item(), values.double().max().item()
    count, edges = torch.histogram(values.double(), bins=len(bars), range=(low, high))
    assert [bar.count for bar in bars] == count.int().tolist()
    assert [bar.low for bar in bars] == edges[:-1].tolist()


def test_few_whole_numbers_have_a_bar_each() -> None:
    values = torch.tensor([3, 3, 5, -1])
    bars = bars_of(values, numbers_of(values))
    assert [(bar.low, bar.high) for bar in bars] == [(at, at) for at in range(-1, 6)]
    assert [bar.count for bar in bars] == torch.bincount(values + 1).tolist()


def test_levels_reach_the_scale_on_both_sides() -> None:
    values = torch.tensor([[-2.0, -1.0, 0.0], [1.0, 2.0, math.nan]], dtype=torch.double)
    assert list(levels_of(values, 2.0)) == [
        0, ZERO_LEVEL // 2, ZERO_LEVEL, ZERO_LEVEL * 3 // 2, 2 * ZERO_LEVEL, BAD_LEVEL,
    ]  # fmt: skip
    assert list(levels_of(torch.zeros(1, 2).double(), 0.0)) == [ZERO_LEVEL, ZERO_LEVEL]


def test_a_smaller_matrix_loses_no_peak_and_no_nan() -> None:
    values = torch.zeros(1000, 700, dtype=torch.double)
    values[503, 123], values[7, 650] = -9.0, 4.0
    small = smaller(values, 64, 64)
    assert small.shape == (64, 64)
    assert (small.min(), small.max()) == (-9.0, 4.0)
    values[999, 699] = math.nan
    assert smaller(values, 64, 64)[63, 63].isnan()
    assert smaller(values[:5, :5], 64, 64) is not None
    assert torch.equal(smaller(values[:5, :5], 64, 64), values[:5, :5])
