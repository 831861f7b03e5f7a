"""Layers that slide small filters over a signal, an image or a volume."""

from __future__ import annotations

from torch import nn

from gradviz.blocks.sizes import (
    Counts1,
    Counts2,
    Counts3,
    Padding1,
    Padding2,
    Padding3,
    PaddingMode,
    Sizes1,
    Sizes2,
    Sizes3,
)
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("convolution", wants="(N, {in_channels}, L)")
def Conv1d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes1,
    stride: Sizes1 = 1,
    padding: Padding1 = 0,
    dilation: Sizes1 = 1,
    groups: Size = 1,
    bias: bool = True,
    padding_mode: PaddingMode = "zeros",
) -> nn.Module:
    """Slides small filters over a signal; each filter makes one output channel.

    y[o, t] = b[o] + Σ W[o, c, i] · x[c, t · stride + i · dilation - padding]
    dx = dy slid back over W
    dW = dy slid over x
    db = Σ dy over batch and places
    """
    return nn.Conv1d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
        padding_mode=padding_mode,
    )


@BLOCKS.add("convolution", wants="(N, {in_channels}, H, W)")
def Conv2d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes2,
    stride: Sizes2 = 1,
    padding: Padding2 = 0,
    dilation: Sizes2 = 1,
    groups: Size = 1,
    bias: bool = True,
    padding_mode: PaddingMode = "zeros",
) -> nn.Module:
    """Slides small filters over an image; each filter makes one output channel.

    y[o, p] = b[o] + Σ W[o, c, i] · x[c, p · stride + i · dilation - padding]
    dx = dy slid back over W
    dW = dy slid over x
    db = Σ dy over batch and places
    """
    return nn.Conv2d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
        padding_mode=padding_mode,
    )


@BLOCKS.add("convolution", wants="(N, {in_channels}, D, H, W)")
def Conv3d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes3,
    stride: Sizes3 = 1,
    padding: Padding3 = 0,
    dilation: Sizes3 = 1,
    groups: Size = 1,
    bias: bool = True,
    padding_mode: PaddingMode = "zeros",
) -> nn.Module:
    """Slides small filters over a volume or a film; each filter makes one output channel.

    y[o, p] = b[o] + Σ W[o, c, i] · x[c, p · stride + i · dilation - padding]
    dx = dy slid back over W
    dW = dy slid over x
    db = Σ dy over batch and places
    """
    return nn.Conv3d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
        padding_mode=padding_mode,
    )


@BLOCKS.add("convolution", wants="(N, {in_channels}, L)")
def ConvTranspose1d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes1,
    stride: Sizes1 = 1,
    padding: Counts1 = 0,
    output_padding: Counts1 = 0,
    groups: Size = 1,
    bias: bool = True,
    dilation: Sizes1 = 1,
) -> nn.Module:
    """Makes a signal longer: the backward of a Conv1d as a forward.

    y = x slid back over W, + b
    dx = dy slid over W
    dW = x slid over dy
    db = Σ dy over batch and places
    """
    return nn.ConvTranspose1d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        groups=groups,
        bias=bias,
        dilation=dilation,
    )


@BLOCKS.add("convolution", wants="(N, {in_channels}, H, W)")
def ConvTranspose2d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes2,
    stride: Sizes2 = 1,
    padding: Counts2 = 0,
    output_padding: Counts2 = 0,
    groups: Size = 1,
    bias: bool = True,
    dilation: Sizes2 = 1,
) -> nn.Module:
    """Makes an image larger: the backward of a Conv2d as a forward.

    y = x slid back over W, + b
    dx = dy slid over W
    dW = x slid over dy
    db = Σ dy over batch and places
    """
    return nn.ConvTranspose2d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        groups=groups,
        bias=bias,
        dilation=dilation,
    )


@BLOCKS.add("convolution", wants="(N, {in_channels}, D, H, W)")
def ConvTranspose3d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Sizes3,
    stride: Sizes3 = 1,
    padding: Counts3 = 0,
    output_padding: Counts3 = 0,
    groups: Size = 1,
    bias: bool = True,
    dilation: Sizes3 = 1,
) -> nn.Module:
    """Makes a volume larger: the backward of a Conv3d as a forward.

    y = x slid back over W, + b
    dx = dy slid over W
    dW = x slid over dy
    db = Σ dy over batch and places
    """
    return nn.ConvTranspose3d(
        in_channels,
        out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        groups=groups,
        bias=bias,
        dilation=dilation,
    )
