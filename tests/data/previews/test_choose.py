"""Which preview a value has, by what it is."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from gradviz.data.previews.choose import preview_of, sample_preview
from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.kinds import (
    Audio,
    ImageGrid,
    Points,
    Preview,
    Scalars,
    Signals,
    Slices,
    Table,
    TextTable,
    Tree,
)

Pair = namedtuple("Pair", "left right")
SOUND = Context(sample_rate=8000)
NAMED = Context(features=("a", "b", "c"))


@dataclass
class Item:
    image: Tensor
    name: str


@pytest.mark.parametrize(
    ("value", "context", "kind"),
    [
        (torch.rand(2, 1, 8, 8), NOTHING_TOLD, ImageGrid),
        (torch.rand(2, 3, 1, 1), NOTHING_TOLD, ImageGrid),
        (torch.zeros(2, 9, 9, dtype=torch.uint8), NOTHING_TOLD, ImageGrid),
        (np.zeros((2, 9, 9, 3), np.uint8), NOTHING_TOLD, ImageGrid),
        ([Image.new("L", (4, 5)), Image.new("RGB", (9, 9))], NOTHING_TOLD, ImageGrid),
        ([torch.rand(1, 5, 5), torch.rand(1, 6, 5)], NOTHING_TOLD, ImageGrid),
        (torch.rand(2, 4000), SOUND, Audio),
        (torch.rand(2, 2, 4000), SOUND, Audio),
        (torch.rand(2, 40), NOTHING_TOLD, Signals),
        (torch.rand(2, 3, 40), NOTHING_TOLD, Signals),
        (torch.rand(2, 5), NOTHING_TOLD, Table),
        (torch.rand(2, 1), NOTHING_TOLD, Table),
        (torch.ones(2, 3, dtype=torch.long), NAMED, Table),
        (torch.rand(2, 2), NOTHING_TOLD, Points),
        (torch.ones(2, 3, dtype=torch.long), NOTHING_TOLD, TextTable),
        ([torch.arange(3), torch.arange(5)], NOTHING_TOLD, TextTable),
        (["one", "two words"], NOTHING_TOLD, TextTable),
        (torch.arange(3), NOTHING_TOLD, Scalars),
        (torch.tensor(1.5), NOTHING_TOLD, Scalars),
        ([1, 2.5, True], NOTHING_TOLD, Scalars),
        (3, NOTHING_TOLD, Scalars),
        (np.float32(3), NOTHING_TOLD, Scalars),
        (torch.rand(2, 3, 4, 5, 6), NOTHING_TOLD, Slices),
        (torch.rand(1, 2, 3, 4, 5, 6), NOTHING_TOLD, Slices),
        (torch.rand(2, 3, 4) > 0.5, NOTHING_TOLD, Slices),
        (torch.ones(2, 2, dtype=torch.bool), NOTHING_TOLD, Slices),
        (torch.rand(3, 4, dtype=torch.complex64), NOTHING_TOLD, Slices),
        (torch.empty(0, 3), NOTHING_TOLD, Slices),
        (torch.empty(2, 0), NOTHING_TOLD, Slices),
        ({"image": torch.rand(2, 3), "text": ["a", "b"]}, NOTHING_TOLD, Tree),
        (Pair(1, 2), NOTHING_TOLD, Scalars),
        (Pair(1, "x"), NOTHING_TOLD, Tree),
        (Item(torch.rand(3), "x"), NOTHING_TOLD, Tree),
        (None, NOTHING_TOLD, Tree),
        (object(), NOTHING_TOLD, Tree),
        ([], NOTHING_TOLD, Tree),
        (torch.empty(3, 4, device="meta"), NOTHING_TOLD, Tree),
        (np.array(["a", "b"]), NOTHING_TOLD, Tree),
    ],
)  # fmt: skip
def test_a_value_has_its_preview(value: Any, context: Context, kind: type[Preview]) -> None:
    assert isinstance(preview_of(value, context), kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (torch.rand(1, 8, 8), ImageGrid),
        (torch.rand(3, 8, 8), ImageGrid),
        (np.zeros((9, 9), np.uint8), ImageGrid),
        (Image.new("1", (3, 2)), ImageGrid),
        (torch.rand(40), Signals),
        (torch.arange(7), TextTable),
        (torch.rand(2), Points),
        ("a text", TextTable),
        (1.5, Scalars),
        (torch.tensor(4), Scalars),
        (torch.rand(5, 6, 7, 8), Slices),
        ((torch.rand(2), 1), Tree),
    ],
)
def test_a_lone_sample_has_its_preview(value: Any, kind: type[Preview]) -> None:
    made = sample_preview(value)
    assert isinstance(made, kind)
    shape = getattr(getattr(made, "numbers", None), "shape", None)
    if isinstance(value, Tensor) and shape is not None:
        assert shape == tuple(value.shape)


def test_the_lone_tensor_of_any_rank_has_its_own_indices() -> None:
    made = sample_preview(torch.rand(2, 5, 6, 7).double())
    assert isinstance(made, Slices)
    assert [each.indices for each in made.heatmaps[:6]] == [
        (0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "dtype",
    [
        *(torch.float16, torch.bfloat16, torch.float64, torch.complex128, torch.int8),
        *(torch.int16, torch.uint8, torch.uint16, torch.int64, torch.bool),
    ],
)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2), (2, 3, 4), (2, 1, 4, 4), (1, 2, 2, 2, 2, 2)])
def test_every_dtype_and_rank_has_some_preview(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    value = torch.ones(shape).to(dtype)
    for made in (preview_of(value), sample_preview(value)):
        assert type(made) in Preview.__args__  # type: ignore[attr-defined]


def test_looking_changes_nothing() -> None:
    state = torch.get_rng_state()
    value = torch.rand(2, 3, 8, 8, requires_grad=True)
    before = value.detach().clone()
    state = torch.get_rng_state()
    preview_of(value)
    assert torch.equal(value, before)
    assert torch.equal(torch.get_rng_state(), state)
    assert preview_of(value) == preview_of(before)
