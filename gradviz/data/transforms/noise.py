"""Numbers that are a little off."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import torch
from msgspec import Meta
from torch import Tensor

from gradviz.data.tables import AUGMENTATION, TRANSFORMS

Spread: TypeAlias = Annotated[float, Meta(ge=0)]


@TRANSFORMS.add(AUGMENTATION)
class GaussianNoise:
    """Normally distributed numbers added to those of a tensor; ``clip`` keeps an image from 0 to 1
    in there.
    """

    def __init__(self, mean: float = 0.0, sigma: Spread = 0.1, clip: bool = True) -> None:
        self.mean = mean
        self.sigma = sigma
        self.clip = clip

    def __call__(self, value: Tensor) -> Tensor:
        noisy = value + (self.mean + torch.randn_like(value) * self.sigma)
        return noisy.clamp(0, 1) if self.clip else noisy
