"""Layers that make an image smaller or larger without learning anything."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch import nn

from gradviz.blocks.sizes import Counts1, Counts2, Counts3, Sizes1, Sizes2, Sizes3
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size

Factor = Annotated[float, Meta(gt=0)] | tuple[Annotated[float, Meta(gt=0)], ...]


@BLOCKS.add("pooling", wants="(N, C, L)")
def MaxPool1d(kernel_size: Sizes1, stride: Sizes1 | None = None, padding: Counts1 = 0) -> nn.Module:
    """Keeps the largest value of each window of a signal; only that one gets the gradient.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.MaxPool1d(kernel_size, stride=stride, padding=padding)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def MaxPool2d(
    kernel_size: Sizes2,
    stride: Sizes2 | None = None,
    padding: Counts2 = 0,
    dilation: Sizes2 = 1,
    ceil_mode: bool = False,
) -> nn.Module:
    """Keeps the largest value of each window; only that one gets the gradient.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.MaxPool2d(
        kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )


@BLOCKS.add("pooling", wants="(N, C, D, H, W)")
def MaxPool3d(kernel_size: Sizes3, stride: Sizes3 | None = None, padding: Counts3 = 0) -> nn.Module:
    """Keeps the largest value of each window of a volume; only that one gets the gradient.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.MaxPool3d(kernel_size, stride=stride, padding=padding)


@BLOCKS.add("pooling", wants="(N, C, L)")
def AvgPool1d(kernel_size: Sizes1, stride: Sizes1 | None = None, padding: Counts1 = 0) -> nn.Module:
    """Takes the mean of each window of a signal; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    # torch takes None here as in two and three dimensions; its annotation forgot it.
    return nn.AvgPool1d(kernel_size, stride=stride, padding=padding)  # type: ignore[arg-type]


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def AvgPool2d(kernel_size: Sizes2, stride: Sizes2 | None = None, padding: Counts2 = 0) -> nn.Module:
    """Takes the mean of each window; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AvgPool2d(kernel_size, stride=stride, padding=padding)


@BLOCKS.add("pooling", wants="(N, C, D, H, W)")
def AvgPool3d(kernel_size: Sizes3, stride: Sizes3 | None = None, padding: Counts3 = 0) -> nn.Module:
    """Takes the mean of each window of a volume; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AvgPool3d(kernel_size, stride=stride, padding=padding)


@BLOCKS.add("pooling", wants="(N, C, L)")
def AdaptiveAvgPool1d(output_size: Sizes1) -> nn.Module:
    """Means of as many windows as are wanted, whatever the length of the signal.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AdaptiveAvgPool1d(output_size)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def AdaptiveAvgPool2d(output_size: Sizes2) -> nn.Module:
    """Means of as many windows as are wanted, whatever the size of the image; 1 is one mean of all.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AdaptiveAvgPool2d(output_size)


@BLOCKS.add("pooling", wants="(N, C, D, H, W)")
def AdaptiveAvgPool3d(output_size: Sizes3) -> nn.Module:
    """Means of as many windows as are wanted, whatever the size of the volume.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AdaptiveAvgPool3d(output_size)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def AdaptiveMaxPool2d(output_size: Sizes2) -> nn.Module:
    """The largest values of as many windows as are wanted, whatever the size of the image.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.AdaptiveMaxPool2d(output_size)


@BLOCKS.add("pooling", wants="(N, C, *)")
def Upsample(
    scale_factor: Factor = 2.0, mode: Literal["nearest", "bilinear", "bicubic"] = "nearest"
) -> nn.Module:
    """Makes an image larger by putting numbers between those that are there.

    y = x at the nearest place, or weighted from those around
    dx = Σ dy of the places that took it, as they weighted it
    """
    return nn.Upsample(scale_factor=scale_factor, mode=mode)


@BLOCKS.add("pooling", wants="(N, C · {upscale_factor}², H, W)")
def PixelShuffle(upscale_factor: Size) -> nn.Module:
    """Makes an image larger out of its channels.

    y = x with channels moved to places
    dx = dy moved back
    """
    return nn.PixelShuffle(upscale_factor)
