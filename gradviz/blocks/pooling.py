"""Layers that make an image smaller or larger without learning anything."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch import nn

from gradviz.blocks.sizes import Counts1, Counts2, Counts3, Positive, Sizes1, Sizes2, Sizes3
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size

Factor = Annotated[float, Meta(gt=0)] | tuple[Annotated[float, Meta(gt=0)], ...]


@BLOCKS.add("pooling", wants="(N, C, L)")
def MaxPool1d(
    kernel_size: Sizes1,
    stride: Sizes1 | None = None,
    padding: Counts1 = 0,
    dilation: Sizes1 = 1,
    ceil_mode: bool = False,
) -> nn.Module:
    """Keeps the largest value of each window of a signal; only that one gets the gradient.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.MaxPool1d(
        kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )


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
def MaxPool3d(
    kernel_size: Sizes3,
    stride: Sizes3 | None = None,
    padding: Counts3 = 0,
    dilation: Sizes3 = 1,
    ceil_mode: bool = False,
) -> nn.Module:
    """Keeps the largest value of each window of a volume; only that one gets the gradient.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.MaxPool3d(
        kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )


@BLOCKS.add("pooling", wants="(N, C, L)")
def AvgPool1d(
    kernel_size: Sizes1,
    stride: Sizes1 | None = None,
    padding: Counts1 = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> nn.Module:
    """Takes the mean of each window of a signal; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    # torch takes None here as in two and three dimensions; its annotation forgot it.
    return nn.AvgPool1d(
        kernel_size,
        stride=stride,  # type: ignore[arg-type]
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def AvgPool2d(
    kernel_size: Sizes2,
    stride: Sizes2 | None = None,
    padding: Counts2 = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Size | None = None,
) -> nn.Module:
    """Takes the mean of each window; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AvgPool2d(
        kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )


@BLOCKS.add("pooling", wants="(N, C, D, H, W)")
def AvgPool3d(
    kernel_size: Sizes3,
    stride: Sizes3 | None = None,
    padding: Counts3 = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Size | None = None,
) -> nn.Module:
    """Takes the mean of each window of a volume; all its cells share the gradient.

    y = mean of each window
    dx = Σ dy / (size of the window) of the windows that it is in
    """
    return nn.AvgPool3d(
        kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )


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


@BLOCKS.add("pooling", wants="(N, C, L)")
def AdaptiveMaxPool1d(output_size: Sizes1) -> nn.Module:
    """The largest values of as many windows as are wanted, whatever the length of the signal.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.AdaptiveMaxPool1d(output_size)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def AdaptiveMaxPool2d(output_size: Sizes2) -> nn.Module:
    """The largest values of as many windows as are wanted, whatever the size of the image.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.AdaptiveMaxPool2d(output_size)


@BLOCKS.add("pooling", wants="(N, C, D, H, W)")
def AdaptiveMaxPool3d(output_size: Sizes3) -> nn.Module:
    """The largest values of as many windows as are wanted, whatever the size of the volume.

    y = max of each window
    dx = Σ dy of the windows that it won, else 0
    """
    return nn.AdaptiveMaxPool3d(output_size)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def LPPool2d(
    norm_type: Positive,
    kernel_size: Sizes2,
    stride: Sizes2 | None = None,
    ceil_mode: bool = False,
) -> nn.Module:
    """The length of each window as a vector: 1 is its sum, and the larger norm_type the nearer its
    largest value.

    y = (Σ x^norm_type)^(1 / norm_type) of each window
    dx = Σ dy · (x / y)^(norm_type - 1) of the windows that it is in
    """
    return nn.LPPool2d(norm_type, kernel_size, stride=stride, ceil_mode=ceil_mode)


@BLOCKS.add("pooling", wants="(N, C, *)")
def Upsample(
    scale_factor: Factor | None = 2.0,
    mode: Literal["nearest", "bilinear", "bicubic", "linear", "trilinear", "area"] = "nearest",
    size: Size | tuple[Size, ...] | None = None,
    align_corners: bool | None = None,
) -> nn.Module:
    """Makes an image larger by putting numbers between those that are there; to a size, if one is
    given, instead of by a factor.

    y = x at the nearest place, or weighted from those around
    dx = Σ dy of the places that took it, as they weighted it
    """
    return nn.Upsample(
        size=size,
        scale_factor=scale_factor if size is None else None,
        mode=mode,
        align_corners=align_corners,
    )


@BLOCKS.add("pooling", wants="(N, C · {upscale_factor}², H, W)")
def PixelShuffle(upscale_factor: Size) -> nn.Module:
    """Makes an image larger out of its channels.

    y = x with channels moved to places
    dx = dy moved back
    """
    return nn.PixelShuffle(upscale_factor)


@BLOCKS.add("pooling", wants="(N, C, H, W), H and W multiples of {downscale_factor}")
def PixelUnshuffle(downscale_factor: Size) -> nn.Module:
    """Makes channels out of the places of an image: a PixelShuffle backwards.

    y = x with places moved to channels
    dx = dy moved back
    """
    return nn.PixelUnshuffle(downscale_factor)


@BLOCKS.add("pooling", wants="(N, C, *), C a multiple of {groups}")
def ChannelShuffle(groups: Size) -> nn.Module:
    """Mixes the channels of groups, so that the next grouped convolution sees all of them.

    y = x with channels in another order
    dx = dy with channels back in theirs
    """
    return nn.ChannelShuffle(groups)


@BLOCKS.add("pooling", wants="(N, C, H, W)")
def Unfold(
    kernel_size: Sizes2, dilation: Sizes2 = 1, padding: Counts2 = 0, stride: Sizes2 = 1
) -> nn.Module:
    """Cuts an image into windows, each a column: a convolution is a matrix times these.

    y = the windows of x, (N, C · window, windows)
    dx = Σ dy of the windows that it is in
    """
    return nn.Unfold(kernel_size, dilation=dilation, padding=padding, stride=stride)


@BLOCKS.add("pooling", wants="(N, C · window, windows)")
def Fold(
    output_size: Sizes2,
    kernel_size: Sizes2,
    dilation: Sizes2 = 1,
    padding: Counts2 = 0,
    stride: Sizes2 = 1,
) -> nn.Module:
    """Puts windows together to an image; where they overlap they are added up.

    y = Σ x of the windows that a place is in
    dx = the windows of dy
    """
    return nn.Fold(output_size, kernel_size, dilation=dilation, padding=padding, stride=stride)
