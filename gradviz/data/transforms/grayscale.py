"""Images without colours."""

from __future__ import annotations

from typing import Any, Literal

from PIL import Image
from torch import Tensor

from gradviz.data.tables import TRANSFORMS


@TRANSFORMS.add("images")
class Grayscale:
    """The image in shades of grey, in one channel, or in three that are alike."""

    def __init__(self, num_output_channels: Literal[1, 3] = 1) -> None:
        self.num_output_channels = num_output_channels

    def __call__(self, image: Any) -> Any:
        if not isinstance(image, Tensor):
            grey = image.convert("L")
            if self.num_output_channels == 1:
                return grey
            return Image.merge("RGB", (grey, grey, grey))
        if image.shape[-3] == 3:
            red, green, blue = image.unbind(-3)
            grey = red.mul(0.2989).add_(green, alpha=0.587).add_(blue, alpha=0.114)
            image = grey.unsqueeze(-3).to(image.dtype)
        return image.repeat(self.num_output_channels, 1, 1)
