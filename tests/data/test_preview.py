"""Tiles: the pixels that a contact sheet shows."""

from __future__ import annotations

import numpy as np
import torch

from gradviz.data.preview import tiles


def test_grey_images_span_black_to_white() -> None:
    images = torch.tensor([[[[0.0, 0.5], [1.0, 0.25]]]])
    (tile,) = tiles(images, torch.tensor([1]), ("A", "B"))
    assert (tile.caption, tile.columns, tile.rows) == ("B", 2, 2)
    assert np.frombuffer(tile.rgb, np.uint8).reshape(2, 2, 3)[:, :, 0].tolist() == [
        [0, 128],
        [255, 64],
    ]


def test_other_tensors_become_signed_heatmaps() -> None:
    first, second = tiles(
        torch.tensor([[1.0, 0.0], [-1.0, float("nan")]]), torch.tensor([0.5, 2.0])
    )
    assert first.caption == "0.5"
    pixels = np.frombuffer(first.rgb, np.uint8).reshape(1, 2, 3)[0]
    assert pixels[1].tolist() == [255, 255, 255]
    assert pixels[0][2] > pixels[0][0]
    other = np.frombuffer(second.rgb, np.uint8).reshape(1, 2, 3)[0]
    assert other[0][0] > other[0][2]
    assert other[1].tolist() == [255, 255, 255]


def test_a_constant_image_and_a_missing_target_are_no_trouble() -> None:
    assert [tile.caption for tile in tiles(torch.zeros(2, 3, 4, 4), None)] == ["", ""]
