"""Transforms of tensors."""

from __future__ import annotations

from torch import Tensor

from gradviz.data.tables import TRANSFORMS, Transform


class Normalized:
    """The numbers with the mean taken off and divided by the standard deviation, which are one for
    each channel of (C, …), or one for all.
    """

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        self.mean = mean
        self.std = std

    def __call__(self, value: Tensor) -> Tensor:
        sides = (-1, *[1] * (value.ndim - 1))
        mean, std = (value.new_tensor(each).reshape(sides) for each in (self.mean, self.std))
        return (value - mean) / std


@TRANSFORMS.add("numbers")
def Normalize(mean: tuple[float, ...] = (0.5,), std: tuple[float, ...] = (0.5,)) -> Transform:
    """The numbers with their mean taken off and divided by their standard deviation, channel by
    channel.
    """
    return Normalized(mean, std)
