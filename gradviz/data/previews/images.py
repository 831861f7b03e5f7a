"""Images as tiles for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gradviz.data.pipeline.contents import is_image
from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.kinds import ImageGrid, Normalised, Numbers, Sample, Spread, Tile
from gradviz.data.previews.numbers import dense, is_finite, numbers_of, real

SIDE, LARGE = 128, 336
"""The longer side of a tile in pixels, at most; where there are few, that of a large one."""
FEW = 4
MOST = 64
"""How many samples are shown where nothing else is said."""
BAD = (255, 0, 255)
CHANNELS = (1, 3, 4)


def is_pictures(tensor: Tensor) -> bool:
    """Whether (N, C, H, W) looks like images: grey, RGB, or RGB with an alpha."""
    return tensor.ndim == 4 and tensor.shape[1] in CHANNELS and tensor.numel() > 0


def is_pixels(value: object) -> bool:
    """Whether an array of bytes (H, W) or (H, W, C) looks like an image."""
    if not isinstance(value, Tensor | np.ndarray) or str(value.dtype).split(".")[-1] != "uint8":
        return False
    return (value.ndim == 3 and value.shape[-1] in CHANNELS) or (
        value.ndim == 2 and min(value.shape) > 7
    )


def image_grid(
    images: Tensor | Sequence[Any],
    samples: Sequence[Sample],
    context: Context = NOTHING_TOLD,
    *,
    most: int = MOST,
) -> ImageGrid:
    """A tile for each image: tensors (C, H, W), arrays of bytes (H, W, C), images of Pillow.

    A normalisation of the context is undone. Without one, numbers from 0 to 1 and bytes are shown
    as they are; others are stretched, all alike, so that the smallest is black.
    """
    shown = [_channels_first(each) for each in images[:most]]
    few = LARGE if len(shown) <= FEW else SIDE
    numbers = numbers_of(dense(images)) if isinstance(images, Tensor) else None
    undone = None if context.normalised is None else _undoing(shown, context.normalised)
    spread, low, high = _spread(shown, undone, numbers)
    tiles = tuple(
        _tile(each, sample, few, low, high, undone)
        for each, sample in zip(shown, samples, strict=False)
    )
    return ImageGrid(tiles, numbers, spread, undone, max(0, len(images) - most))


def _channels_first(image: Any) -> Tensor:
    """The image as a tensor (C, H, W)."""
    if is_image(image):
        image = np.asarray(image.convert("L" if image.mode in ("1", "L", "I;16") else "RGB"))
    pixels = isinstance(image, np.ndarray) or is_pixels(image)
    if not isinstance(image, Tensor):
        image = torch.as_tensor(np.array(image))  # a copy that can be written to
    plain = dense(image)
    if plain.ndim == 2:
        return plain[None]
    last = plain.shape[-1] in CHANNELS and plain.shape[0] not in CHANNELS
    return plain.permute(2, 0, 1) if pixels and last else plain


def _undoing(images: Sequence[Tensor], normalised: Normalised) -> Normalised | None:
    """The normalisation, if these images can have gone through it."""
    fits = all(
        image.is_floating_point() and len(normalised.mean) in (1, len(image)) for image in images
    )
    return normalised if fits else None


def _spread(
    images: Sequence[Tensor], undone: Normalised | None, numbers: Numbers | None
) -> tuple[Spread, float, float]:
    if undone is not None:
        return "normalised", 0.0, 1.0
    if all(image.dtype == torch.uint8 for image in images):
        return "bytes", 0.0, 255.0
    if all(image.dtype == torch.bool for image in images):
        return "unit", 0.0, 1.0
    ranges = [numbers_of(image) for image in images] if numbers is None else [numbers]
    low = min((each.low for each in ranges if each.low is not None), default=0.0)
    high = max((each.high for each in ranges if each.high is not None), default=1.0)
    if low >= 0.0 and high <= 1.0 and all(image.is_floating_point() for image in images):
        return "unit", 0.0, 1.0
    return "stretched", low, high if high > low else low + 1.0


def _tile(
    image: Tensor,
    sample: Sample,
    side: int,
    low: float,
    high: float,
    undone: Normalised | None,
) -> Tile:
    channels, height, width = image.shape
    if not image.numel():
        return Tile(sample, 1, 1, bytes((128, 128, 128)), width, height)
    whole = not image.is_floating_point() or is_finite(image)
    bad = 0 if whole else int((~image.isfinite()).sum())
    values = _smaller(image[:3] if channels != 2 else image[:1], side)
    if undone is not None:
        mean, std = (
            torch.tensor(each, dtype=torch.double)[:, None, None]
            for each in (undone.mean[:3], undone.std[:3])
        )
        values = values * std + mean
    finite = values.isfinite().all(dim=0)
    half = values.nan_to_num(low, high, low) / 2 - low / 2  # the difference may be too large
    part = (half / ((high / 2 - low / 2) or 1.0)).clamp(0, 1)
    grey = (part * 255).round().to(torch.uint8).expand(3, -1, -1)
    rgb = grey.permute(1, 2, 0).contiguous()
    rgb[~finite] = torch.tensor(BAD, dtype=torch.uint8)
    rows, columns = rgb.shape[:2]
    return Tile(sample, columns, rows, bytes(rgb.numpy().tobytes()), width, height, bad)


def _smaller(image: Tensor, side: int) -> Tensor:
    """The image as float64, its longer side no longer than that: means of what lies in a pixel."""
    height, width = image.shape[1:]
    longer = max(height, width)
    if longer <= side:
        return real(image)
    size = max(1, round(height * side / longer)), max(1, round(width * side / longer))
    return functional.adaptive_avg_pool2d(real(image)[None], size)[0]
