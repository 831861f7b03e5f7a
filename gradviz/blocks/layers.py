"""Layers with parameters, and those that pool, normalise or drop."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from torch import nn

from gradviz.blocks.tables import BLOCKS
from gradviz.spec.project import Size

Padding = Annotated[int, Meta(ge=0)]
Probability = Annotated[float, Meta(ge=0, lt=1)]


@BLOCKS.add("layers", wants="(*, {in_features})")
def Linear(in_features: Size, out_features: Size, bias: bool = True) -> nn.Module:
    """y = x Wᵀ + b: every output looks at every input."""
    return nn.Linear(in_features, out_features, bias=bias)


@BLOCKS.add("layers", wants="(N, {in_channels}, H, W)")
def Conv2d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    bias: bool = True,
) -> nn.Module:
    """Slides small filters over an image; each filter makes one output channel."""
    return nn.Conv2d(
        in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=bias
    )


@BLOCKS.add("layers", wants="(N, C, H, W)")
def MaxPool2d(kernel_size: Size, stride: Size | None = None) -> nn.Module:
    """Keeps the largest value of each window; only that one gets the gradient."""
    return nn.MaxPool2d(kernel_size, stride)


@BLOCKS.add("layers", wants="(N, C, H, W)")
def AvgPool2d(kernel_size: Size, stride: Size | None = None) -> nn.Module:
    """Takes the mean of each window; all its cells share the gradient."""
    return nn.AvgPool2d(kernel_size, stride)


@BLOCKS.add("layers", wants="(N, {num_features}) or (N, {num_features}, L)")
def BatchNorm1d(num_features: Size) -> nn.Module:
    """Normalises each feature over the batch and keeps running statistics for eval mode."""
    return nn.BatchNorm1d(num_features)


@BLOCKS.add("layers", wants="(N, {num_features}, H, W)")
def BatchNorm2d(num_features: Size) -> nn.Module:
    """Normalises each channel over batch and image and keeps running statistics."""
    return nn.BatchNorm2d(num_features)


@BLOCKS.add("layers")
def Dropout(p: Probability = 0.5) -> nn.Module:
    """In training, sets each value to 0 with probability p and scales the rest by 1/(1-p)."""
    return nn.Dropout(p)
