"""Images of one size."""

from __future__ import annotations

from typing import Any, Literal

import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from gradviz.data.tables import TRANSFORMS
from gradviz.spec.model import Size


@TRANSFORMS.add("images")
class Resize:
    """An image of Pillow or a tensor (C, H, W) in another size (H, W); a single number is that of
    the shorter side. As torchvision has it.
    """

    def __init__(
        self,
        size: Size | tuple[Size, Size],
        interpolation: Literal["bilinear", "nearest", "bicubic"] = "bilinear",
        antialias: bool = True,
    ) -> None:
        self.size = size
        self.interpolation = interpolation
        self.antialias = antialias

    def __call__(self, image: Any) -> Any:
        if isinstance(image, Tensor):
            height, width = image.shape[-2:]
            sides = self.sides(height, width)
            return image if sides == (height, width) else self.interpolated(image, sides)
        width, height = image.size
        sides = self.sides(height, width)
        if sides == (height, width):
            return image
        return image.resize(sides[::-1], Image.Resampling[self.interpolation.upper()])

    def sides(self, height: int, width: int) -> tuple[int, int]:
        """The height and the width that such an image gets."""
        if not isinstance(self.size, int):
            return self.size[0], self.size[1]
        if height <= width:
            return self.size, int(self.size * width / height)
        return int(self.size * height / width), self.size

    def interpolated(self, image: Tensor, sides: tuple[int, int]) -> Tensor:
        """The tensor in another size; bytes are rounded."""
        whole = not image.is_floating_point()
        smooth = self.interpolation != "nearest"
        resized = F.interpolate(
            (image.float() if whole else image)[None],
            sides,
            mode=self.interpolation,
            align_corners=False if smooth else None,
            antialias=smooth and self.antialias,
        )[0]
        return resized.round().clamp(0, 255).to(image.dtype) if whole else resized
