"""Images that are turned."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from gradviz.data.tables import AUGMENTATION, TRANSFORMS


@TRANSFORMS.add(AUGMENTATION)
class RandomRotation:
    """The image turned around its middle by an angle between -degrees and degrees, or between two
    numbers; positive ones are anticlockwise. What comes in from outside is black.
    """

    def __init__(self, degrees: float | tuple[float, float]) -> None:
        self.degrees = (-degrees, degrees) if isinstance(degrees, int | float) else degrees

    def __call__(self, image: Any) -> Any:
        angle = torch.empty(1).uniform_(*self.degrees).item()
        if not isinstance(image, Tensor):
            return image.rotate(angle, Image.Resampling.NEAREST)
        turn = math.radians(-(angle % 360))
        cos, sin = math.cos(turn), math.sin(turn)
        height, width = image.shape[-2:]
        pixels = image if image.is_floating_point() else image.float()
        x = torch.linspace((1 - width) * 0.5, (width - 1) * 0.5, width, dtype=pixels.dtype)
        y = torch.linspace((1 - height) * 0.5, (height - 1) * 0.5, height, dtype=pixels.dtype)
        grid = torch.stack(
            (
                (cos * x + sin * y[:, None]) / (0.5 * width),
                (cos * y[:, None] - sin * x) / (0.5 * height),
            ),
            dim=-1,
        )
        turned = F.grid_sample(pixels[None], grid[None], mode="nearest", align_corners=False)[0]
        return turned.to(image.dtype)
