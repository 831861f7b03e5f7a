"""The handwritten digits that come with gradviz."""

from __future__ import annotations

import torch

from gradviz.data.digits import Digits
from gradviz.resources import assets


def test_there_are_1797_of_all_ten() -> None:
    digits = Digits()
    assert len(digits) == 1797
    image, label = digits[3]
    assert image.shape == (1, 8, 8)
    assert image.dtype == torch.float32
    assert digits.classes[label] == "3"
    counts = torch.bincount(digits.tensors[1])
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (digits.tensors[0].min(), digits.tensors[0].max()) == (0, 1)


def test_zeros_have_an_empty_middle_and_ones_have_not() -> None:
    images, labels = Digits().tensors
    middle = images[:, 0, 3:5, 3:5].mean(dim=(1, 2))
    assert middle[labels == 0].mean() < 0.2
    assert middle[labels == 1].mean() > 0.7


def test_they_are_small_and_their_licence_is_told() -> None:
    folder = assets() / "digits"
    assert (folder / "digits.npz").stat().st_size < 100_000
    told = (folder / "LICENCE.md").read_text("utf-8")
    assert "Alpaydin" in told
    assert "CC BY 4.0" in told
