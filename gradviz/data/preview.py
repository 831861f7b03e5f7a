"""Previews of batches: tensors become tiles for the eye."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from gradviz.data.tile import Tile

_PLUS = np.array((0, 90, 181), float)  # blue, as in every signed heatmap of gradviz
_MINUS = np.array((220, 106, 0), float)
_WHITE = np.array((255, 255, 255), float)


def tiles(inputs: Tensor, target: Tensor | None, classes: tuple[str, ...] = ()) -> list[Tile]:
    """One tile a sample.

    ``inputs`` (N, 1, H, W) are grey images, (N, 3, H, W) RGB, both over the batch's own range;
    anything else is a signed heatmap with one row for each leading index.
    """
    images = inputs.ndim == 4 and inputs.shape[1] in (1, 3)
    sheet = _images(inputs) if images else _heatmaps(inputs)
    captions = [_caption(i, target, classes) for i in range(len(sheet))]
    return [
        Tile(caption, pixels.shape[1], pixels.shape[0], pixels.tobytes())
        for caption, pixels in zip(captions, sheet, strict=True)
    ]


def _images(inputs: Tensor) -> list[np.ndarray]:
    values = _finite(inputs)
    low, high = values.min().item(), values.max().item()
    span = (high - low) or 1.0
    grey = ((values - low) / span * 255).round().to(torch.uint8)
    rgb = grey.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).contiguous().numpy()
    return list(rgb)


def _heatmaps(inputs: Tensor) -> list[np.ndarray]:
    values = _finite(inputs).reshape(len(inputs), -1, inputs.shape[-1] if inputs.ndim > 1 else 1)
    scale = values.abs().max().item() or 1.0
    part = (values / scale).numpy()[..., None]
    colour = np.where(part > 0, _PLUS, _MINUS)
    return list((_WHITE + (colour - _WHITE) * np.abs(part)).round().astype(np.uint8))


def _finite(values: Tensor) -> Tensor:
    return values.detach().cpu().double().nan_to_num(0.0, 0.0, 0.0)


def _caption(i: int, target: Tensor | None, classes: tuple[str, ...]) -> str:
    if target is None or target.ndim == 0 or i >= len(target) or target[i].numel() != 1:
        return ""
    value = target[i].item()
    if not target.is_floating_point() and 0 <= value < len(classes):
        return classes[int(value)]
    return f"{value:.4g}"
