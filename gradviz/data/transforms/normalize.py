"""Numbers around 0, about as large as 1."""

from __future__ import annotations

from torch import Tensor

from gradviz.data.tables import TRANSFORMS


@TRANSFORMS.add("numbers")
class Normalize:
    """The numbers with their mean taken off and divided by their standard deviation: one of each
    for all, or one for each channel of (C, …).
    """

    def __init__(self, mean: tuple[float, ...] = (0.5,), std: tuple[float, ...] = (0.5,)) -> None:
        if 0 in std:
            raise ValueError("std must not be 0")
        self.mean = mean
        self.std = std

    def __call__(self, value: Tensor) -> Tensor:
        if not value.is_floating_point():
            raise TypeError(f"Normalize takes decimal numbers, not {value.dtype}")
        counts = {len(self.mean), len(self.std)} - {1}
        if counts - {len(value) if value.ndim else 1}:
            raise ValueError(f"mean and std are of {max(counts)} channels")
        sides = (-1, *[1] * (value.ndim - 1)) if value.ndim else ()
        mean, std = (value.new_tensor(each).reshape(sides) for each in (self.mean, self.std))
        return (value - mean) / std
