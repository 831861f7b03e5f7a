"""Mirror images."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import torch
from msgspec import Meta
from PIL import Image
from torch import Tensor

from gradviz.data.tables import AUGMENTATION, TRANSFORMS

Probability: TypeAlias = Annotated[float, Meta(ge=0, le=1)]


@TRANSFORMS.add(AUGMENTATION)
class RandomHorizontalFlip:
    """The image with left and right exchanged, with probability p. Not for letters and digits!"""

    def __init__(self, p: Probability = 0.5) -> None:
        self.p = p

    def __call__(self, image: Any) -> Any:
        if torch.rand(1) >= self.p:
            return image
        if isinstance(image, Tensor):
            return image.flip(-1)
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


@TRANSFORMS.add(AUGMENTATION)
class RandomVerticalFlip:
    """The image upside down, with probability p."""

    def __init__(self, p: Probability = 0.5) -> None:
        self.p = p

    def __call__(self, image: Any) -> Any:
        if torch.rand(1) >= self.p:
            return image
        if isinstance(image, Tensor):
            return image.flip(-2)
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
