"""Parts of images."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import torch
import torch.nn.functional as F
from msgspec import Meta
from torch import Tensor

from gradviz.data.tables import AUGMENTATION, TRANSFORMS
from gradviz.spec.model import Size

Margin: TypeAlias = Annotated[int, Meta(ge=0)]


def sides(size: int | tuple[int, ...]) -> tuple[int, int]:
    """Height and width."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def extent(image: Any) -> tuple[int, int]:
    """The height and the width of a tensor (C, H, W) or an image of Pillow."""
    if isinstance(image, Tensor):
        return image.shape[-2], image.shape[-1]
    return image.size[1], image.size[0]


def cropped(image: Any, top: int, left: int, height: int, width: int) -> Any:
    """A part of it; what lies outside is black."""
    if not isinstance(image, Tensor):
        return image.crop((left, top, left + width, top + height))
    rows, columns = extent(image)
    bottom, right = top + height, left + width
    inside = image[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    around = (-left, right - columns, -top, bottom - rows)
    return F.pad(inside, [max(side, 0) for side in around])


@TRANSFORMS.add("images")
class CenterCrop:
    """The middle of an image, (H, W) or a square; a smaller image gets a black margin."""

    def __init__(self, size: Size | tuple[Size, Size]) -> None:
        self.size = sides(size)

    def __call__(self, image: Any) -> Any:
        places = []
        for wanted, there in zip(self.size, extent(image), strict=True):
            before = round((there - wanted) / 2) if wanted <= there else -((wanted - there) // 2)
            places.append(before)
        top, left = places
        return cropped(image, top, left, *self.size)


@TRANSFORMS.add(AUGMENTATION)
class RandomCrop:
    """Another part of the image each time, (H, W) or a square, once it has a black margin of
    ``padding`` pixels at all sides: the same thing in another place.
    """

    def __init__(self, size: Size | tuple[Size, Size], padding: Margin = 0) -> None:
        self.size = sides(size)
        self.padding = padding

    def __call__(self, image: Any) -> Any:
        places = []
        for wanted, there in zip(self.size, extent(image), strict=True):
            free = there + 2 * self.padding - wanted
            if free < 0:
                raise ValueError(f"the crop has {wanted} pixels, and the image {there}")
            place = int(torch.randint(0, free + 1, size=())) if free else 0
            places.append(place - self.padding)
        top, left = places
        return cropped(image, top, left, *self.size)
