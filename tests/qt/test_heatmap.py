from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gradviz.qt import heatmap
from gradviz.render.theme import LIGHT


def test_levels_are_symmetric_around_zero() -> None:
    tensor = torch.tensor([[-2.0, -1.0, 0.0, 1.0, 2.0]])
    assert heatmap.levels(tensor, 2.0).tolist() == [[0, 63, 126, 189, 252]]
    assert heatmap.colour(126, LIGHT).name() == "#ffffff"
    assert heatmap.colour(252, LIGHT).name() == LIGHT.positive
    assert heatmap.colour(0, LIGHT).name() == LIGHT.negative


def test_no_number_and_all_zero_have_levels_of_their_own() -> None:
    tensor = torch.tensor([1.0, math.nan, -math.inf])
    assert heatmap.scale_of(tensor) == 1.0
    assert heatmap.levels(tensor, 1.0).tolist() == [[252, heatmap.BAD_LEVEL, heatmap.BAD_LEVEL]]
    zeros = heatmap.levels(torch.zeros(2, 2), 0.0)
    assert (zeros == heatmap.ALL_ZERO_LEVEL).all()


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((5,), (1, 5)),
        ((3, 4), (3, 4)),
        ((2, 3, 4, 5), (2 * 5 - 1, 3 * 6 - 1)),
        ((3, 2, 4, 5), (2 * 5 - 1, 3 * 6 - 1)),
        ((6, 2, 1, 1), (6, 2)),
    ],
)
def test_a_page_holds_every_element_of_a_small_tensor(
    shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    tensor = torch.arange(1, 1 + math.prod(shape)).float().reshape(shape)
    page = heatmap.levels(tensor, tensor.max().item())
    assert page.shape == size
    assert int((page != heatmap.GAP_LEVEL).sum()) == tensor.numel()


def test_a_row_of_tiles_is_broken_up() -> None:
    page = heatmap.levels(torch.randn(16, 8, 8), 3.0)
    assert page.shape == (4 * 9 - 1, 4 * 9 - 1)


@pytest.mark.parametrize("shape", [(5000,), (3000, 700), (512, 512, 3, 3), (64, 512, 7, 7)])
def test_a_large_tensor_makes_a_small_page(shape: tuple[int, ...]) -> None:
    page = heatmap.levels(torch.ones(shape), 1.0)
    assert max(page.shape) <= heatmap.LARGEST
    assert page.dtype == np.uint8
    assert not heatmap.image(page, LIGHT).isNull()
