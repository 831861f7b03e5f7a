"""From images of Pillow and arrays to tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradviz.data.tables import TRANSFORMS


@TRANSFORMS.add("images")
class ToTensor:
    """An image of Pillow, or an array (H, W) or (H, W, C) of bytes, as float32 (C, H, W) from 0 to
    1.
    """

    def __call__(self, image: Any) -> Tensor:
        if isinstance(image, Tensor):
            return image.float().div(255) if image.dtype is torch.uint8 else image
        array = np.array(image)
        if array.ndim == 2:
            array = array[:, :, None]
        tensor = torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))
        return tensor.float().div(255) if tensor.dtype is torch.uint8 else tensor.float()
