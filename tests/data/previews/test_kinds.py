"""What is in each kind of preview, against plain torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gradviz.data.previews.context import Context
from gradviz.data.previews.curves import POINTS, audio, curve, signals
from gradviz.data.previews.images import BAD, LARGE, SIDE, image_grid
from gradviz.data.previews.kinds import ZERO_LEVEL, Normalised, Tile
from gradviz.data.previews.numbers import levels_of, real
from gradviz.data.previews.points import points
from gradviz.data.previews.samples import samples_of
from gradviz.data.previews.slices import slices
from gradviz.data.previews.tables import scalars, table
from gradviz.data.previews.texts import text_table, token_table
from gradviz.data.previews.trees import tree_of


def pixels(tile: Tile) -> np.ndarray:
    return np.frombuffer(tile.rgb, np.uint8).reshape(tile.rows, tile.columns, 3)


def test_images_from_0_to_1_and_bytes_are_shown_as_they_are() -> None:
    values = torch.tensor([[[[0.0, 0.5], [0.25, 0.75]]]])
    grid = image_grid(values, samples_of(1))
    assert grid.spread == "unit"
    assert pixels(grid.tiles[0])[:, :, 0].tolist() == [[0, 128], [64, 191]]
    raw = image_grid((values * 255).to(torch.uint8), samples_of(1))
    assert raw.spread == "bytes"
    assert pixels(raw.tiles[0])[:, :, 1].tolist() == [[0, 127], [63, 191]]


def test_other_numbers_are_stretched_all_alike() -> None:
    values = torch.tensor([[[[-1.0]]], [[[3.0]]], [[[1.0]]]])
    grid = image_grid(values, samples_of(3))
    assert grid.spread == "stretched"
    assert [pixels(tile)[0, 0, 0] for tile in grid.tiles] == [0, 255, 128]


def test_a_normalisation_is_undone_to_the_pixel() -> None:
    image = torch.randint(256, (3, 9, 7)).float() / 255
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    through = (image - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
    context = Context(normalised=Normalised("Normalize", mean, std))
    grid = image_grid(through[None], samples_of(1), context)
    assert grid.spread == "normalised"
    wanted = (image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    assert (pixels(grid.tiles[0]) == wanted).all()
    other = image_grid(torch.rand(1, 1, 4, 4), samples_of(1), context)
    assert other.normalised is None


def test_nan_in_an_image_is_seen() -> None:
    values = torch.zeros(1, 1, 2, 2)
    values[0, 0, 0, 1], values[0, 0, 1, 1] = math.nan, math.inf
    (tile,) = image_grid(values, samples_of(1)).tiles
    assert tile.bad == 2
    assert tuple(pixels(tile)[0, 1]) == BAD
    assert tuple(pixels(tile)[0, 0]) == (0, 0, 0)


def test_large_images_are_means_and_many_images_are_counted() -> None:
    values = torch.rand(1, 1, 1000, 500)
    (tile,) = image_grid(values, samples_of(1)).tiles
    assert (tile.columns, tile.rows, tile.width, tile.height) == (LARGE // 2, LARGE, 500, 1000)
    grid = image_grid(torch.rand(200, 1, 300, 2), samples_of(200))
    assert (len(grid.tiles), grid.more) == (64, 136)
    assert {tile.rows for tile in grid.tiles} == {SIDE}


def test_a_caption_is_the_class_or_the_target() -> None:
    named = samples_of(3, torch.tensor([1, 0, 5]), classes=("cat", "dog"), indices=[7, 8, 9])
    assert [(each.caption, each.index) for each in named] == [
        ("dog", "7"), ("cat", "8"), ("5", "9"),
    ]  # fmt: skip
    assert [each.caption for each in samples_of(2, torch.tensor([[0.5], [2.0]]))] == ["0.5", "2"]
    assert [each.caption for each in samples_of(2, torch.rand(2, 3))] == ["", ""]
    assert [each.caption for each in samples_of(2, ["a", "b"])] == ["a", "b"]


def test_tokens_have_their_words_and_padding_is_known() -> None:
    context = Context(vocabulary=("", "the", "film"))
    made = token_table(torch.tensor([[1, 2, 0, 0], [2, 0, 1, 9]]), samples_of(2), context)
    first, second = made.rows
    assert [(w.text, w.number, w.padding) for w in first.words] == [
        ("the", 1, False), ("film", 2, False), ("", 0, True), ("", 0, True),
    ]  # fmt: skip
    assert (first.length, second.length) == (2, 4)
    assert second.words[3].text == "?"
    plain = token_table(torch.tensor([[3, 0, 0]]), samples_of(1))
    assert (plain.rows[0].length, plain.vocabulary) == (3, None)


def test_texts_are_words_and_long_ones_are_cut() -> None:
    made = text_table(["나는 오늘 갔다", "", "w " * 1000], samples_of(3))
    assert [row.length for row in made.rows] == [3, 0, 1000]
    assert [word.text for word in made.rows[0].words] == ["나는", "오늘", "갔다"]
    assert len(made.rows[2].words) + made.rows[2].more == 1000


def test_a_short_curve_is_its_values_and_a_long_one_its_envelope() -> None:
    short = torch.tensor([1.0, math.nan, 3.0])
    made = curve(short)
    assert made.lows[0] == 1.0
    assert math.isnan(made.lows[1])
    long = torch.randn(48_000)
    made = curve(long)
    width = 48_000 // POINTS
    assert list(made.lows) == long.double().reshape(POINTS, width).amin(dim=1).tolist()
    assert list(made.highs) == long.double().reshape(POINTS, width).amax(dim=1).tolist()
    several = signals(torch.randn(3, 6, 20), samples_of(3))
    assert [len(each.curves) for each in several.signals] == [4, 4, 4]
    assert several.signals[0].more == 2
    assert audio(torch.randn(1, 16_000), samples_of(1), 8000).signals[0].length == 16_000


def test_slices_are_those_of_the_tensor() -> None:
    values = torch.randn(2, 3, 5, 4)
    made = slices(values, most=4)
    assert made.scale == values.abs().max().item()
    assert made.more == 2
    for each in made.heatmaps:
        assert each.levels == levels_of(real(values[each.indices]), made.scale)
    assert [each.indices for each in made.heatmaps] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert sum(bar.count for bar in made.bars) == values.numel()


@pytest.mark.parametrize(
    ("shape", "count"), [((), 1), ((7,), 1), ((2, 3), 1), ((4, 2, 3), 4), ((0, 3), 0)]
)
def test_slices_of_few_dimensions(shape: tuple[int, ...], count: int) -> None:
    made = slices(torch.ones(shape))
    assert len(made.heatmaps) == count
    assert made.numbers.shape == shape


def test_tables_say_how_large_a_number_is_in_its_column() -> None:
    made = table(torch.tensor([[1.0, 100.0], [-2.0, 50.0]]), samples_of(2), ("small", "large"))
    assert made.heads == ("small", "large")
    assert [row.cells for row in made.rows] == [("1", "100"), ("-2", "50")]
    assert list(made.rows[1].levels) == [0, ZERO_LEVEL + ZERO_LEVEL // 2]
    wide = table(torch.zeros(30, 20), samples_of(30))
    assert (wide.more_columns, wide.more) == (4, 6)
    made = scalars(torch.tensor([1, 0]), samples_of(2), ("no", "yes"))
    assert [(each.text, each.name) for each in made.scalars] == [("1", "yes"), ("0", "no")]


def test_points_have_the_group_of_their_class() -> None:
    values = torch.tensor([[0.0, 1.0], [2.0, math.nan], [3.0, 4.0]])
    made = points(values, samples_of(3, torch.tensor([2, 0, 0])))
    assert made.groups == ("0", "", "2")
    assert [(dot.sample.place, dot.x, dot.group) for dot in made.dots] == [(0, 0.0, 2), (2, 3.0, 0)]
    assert made.numbers.nan == 1
    several = points(values, samples_of(3, torch.tensor([1.0, -1.0, 1.0])))
    assert several.groups == ("-1", "1")
    large = points(values, samples_of(3, torch.tensor([100, 7, 100])))
    assert large.groups == ("7", "100")
    many = points(torch.rand(100, 2), samples_of(100, torch.arange(100)))
    assert many.groups == ()


def test_a_class_has_its_number_in_each_batch() -> None:
    classes = ("sad", "happy")
    named = samples_of(2, ["happy", "happy"], classes=classes)
    assert [each.group for each in named] == [1, 1]
    assert points(torch.rand(2, 2), named).groups == ("", "happy")


def test_a_tree_writes_its_parts_as_python_does() -> None:
    batch = {"data": (torch.ones(2, 3), ["a", "b"]), "label": torch.tensor([1, 0])}
    rows = tree_of(batch).rows
    assert [(row.path, row.depth, row.values) for row in rows] == [
        ("", 0, ""),
        ("['data']", 1, ""),
        ("['data'][0]", 2, "1, 1, 1, 1, 1, 1"),
        ("['data'][1]", 2, "'a', 'b'"),
        ("['label']", 1, "1, 0"),
    ]
    for row in rows[2:]:
        assert eval(f"batch{row.path}", {"batch": batch}) is not None
    long = tree_of([{"a": 1}] * 50).rows
    assert (long[-1].name, long[-1].length) == ("[8:]", 42)


def test_a_tree_that_holds_itself_ends() -> None:
    endless: list[object] = [1, {}]
    endless.append(endless)
    assert tree_of(endless, most=20).more
