"""Thumbnails of curves."""

from __future__ import annotations

import torch

from gradviz.explain.pipeline.curves import COLUMNS, envelopes, is_curve


def test_each_column_has_the_smallest_and_largest_of_its_numbers() -> None:
    values = torch.linspace(-2, 4, 3 * 600).reshape(3, 1, 600)
    found = envelopes(values)
    assert [len(each) for each in found] == [COLUMNS] * 3
    part = values[1, 0, 10:20] / 4
    assert found[1][1] == (part.min().item(), part.max().item())
    assert max(high for each in found for _low, high in each) == 1.0


def test_what_is_a_curve() -> None:
    assert is_curve(torch.zeros(2, 100))
    assert is_curve(torch.zeros(2, 3, 100))
    assert not is_curve(torch.zeros(2, 4))
    assert not is_curve(torch.zeros(2, 100, dtype=torch.int64))
    assert not is_curve(torch.zeros(2, 1, 8, 100))
    assert envelopes(torch.full((1, 20), float("nan"))) == (((0.0, 0.0),) * 20,)
