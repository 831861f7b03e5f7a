"""Layers that normalise, and those that drop numbers while training."""

from __future__ import annotations

from torch import nn

from gradviz.blocks.sizes import Positive, Probability
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size

Momentum = Probability | None


@BLOCKS.add("normalisation", wants="(N, {num_features}) or (N, {num_features}, L)")
def BatchNorm1d(
    num_features: Size,
    eps: Positive = 1e-5,
    momentum: Momentum = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
) -> nn.Module:
    """Normalises each feature over the batch, and keeps running statistics for eval mode.

    y = weight · x̂ + bias, x̂ = (x - mean) / √(var + eps)
    dx = weight / √(var + eps) · (dy - mean(dy) - x̂ · mean(dy · x̂))
    dweight = Σ dy · x̂
    dbias = Σ dy
    """
    return nn.BatchNorm1d(
        num_features,
        eps=eps,
        momentum=momentum,
        affine=affine,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(N, {num_features}, H, W)")
def BatchNorm2d(
    num_features: Size,
    eps: Positive = 1e-5,
    momentum: Momentum = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
) -> nn.Module:
    """Normalises each channel over batch and image, and keeps running statistics for eval mode.

    y = weight · x̂ + bias, x̂ = (x - mean) / √(var + eps)
    dx = weight / √(var + eps) · (dy - mean(dy) - x̂ · mean(dy · x̂))
    dweight = Σ dy · x̂
    dbias = Σ dy
    """
    return nn.BatchNorm2d(
        num_features,
        eps=eps,
        momentum=momentum,
        affine=affine,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(N, {num_features}, D, H, W)")
def BatchNorm3d(
    num_features: Size,
    eps: Positive = 1e-5,
    momentum: Momentum = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
) -> nn.Module:
    """Normalises each channel over batch and volume, and keeps running statistics for eval mode.

    y = weight · x̂ + bias, x̂ = (x - mean) / √(var + eps)
    dx = weight / √(var + eps) · (dy - mean(dy) - x̂ · mean(dy · x̂))
    dweight = Σ dy · x̂
    dbias = Σ dy
    """
    return nn.BatchNorm3d(
        num_features,
        eps=eps,
        momentum=momentum,
        affine=affine,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(N, {num_features}, L)")
def InstanceNorm1d(
    num_features: Size,
    eps: Positive = 1e-5,
    affine: bool = False,
    momentum: Probability = 0.1,
    track_running_stats: bool = False,
) -> nn.Module:
    """Normalises each channel of each signal by itself.

    y = (x - mean) / √(var + eps)
    dx = (dy - mean(dy) - y · mean(dy · y)) / √(var + eps)
    """
    return nn.InstanceNorm1d(
        num_features,
        eps=eps,
        affine=affine,
        momentum=momentum,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(N, {num_features}, H, W)")
def InstanceNorm2d(
    num_features: Size,
    eps: Positive = 1e-5,
    affine: bool = False,
    momentum: Probability = 0.1,
    track_running_stats: bool = False,
) -> nn.Module:
    """Normalises each channel of each image by itself.

    y = (x - mean) / √(var + eps)
    dx = (dy - mean(dy) - y · mean(dy · y)) / √(var + eps)
    """
    return nn.InstanceNorm2d(
        num_features,
        eps=eps,
        affine=affine,
        momentum=momentum,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(N, {num_features}, D, H, W)")
def InstanceNorm3d(
    num_features: Size,
    eps: Positive = 1e-5,
    affine: bool = False,
    momentum: Probability = 0.1,
    track_running_stats: bool = False,
) -> nn.Module:
    """Normalises each channel of each volume by itself.

    y = (x - mean) / √(var + eps)
    dx = (dy - mean(dy) - y · mean(dy · y)) / √(var + eps)
    """
    return nn.InstanceNorm3d(
        num_features,
        eps=eps,
        affine=affine,
        momentum=momentum,
        track_running_stats=track_running_stats,
    )


@BLOCKS.add("normalisation", wants="(*, {normalized_shape})")
def LayerNorm(
    normalized_shape: Size | tuple[Size, ...],
    eps: Positive = 1e-5,
    elementwise_affine: bool = True,
    bias: bool = True,
) -> nn.Module:
    """Normalises each sample by itself over its last dimensions; the batch does not matter.

    y = weight · x̂ + bias, x̂ = (x - mean) / √(var + eps)
    dx = (w - mean(w) - x̂ · mean(w · x̂)) / √(var + eps), w = weight · dy
    dweight = Σ dy · x̂
    dbias = Σ dy
    """
    return nn.LayerNorm(normalized_shape, eps=eps, elementwise_affine=elementwise_affine, bias=bias)


@BLOCKS.add("normalisation", wants="(*, {normalized_shape})")
def RMSNorm(
    normalized_shape: Size | tuple[Size, ...],
    eps: Positive | None = None,
    elementwise_affine: bool = True,
) -> nn.Module:
    """LayerNorm without the mean: divides by the root of the mean square.

    y = weight · x / r, r = √(mean(x²) + eps)
    dx = (w - x / r · mean(w · x / r)) / r, w = weight · dy
    dweight = Σ dy · x / r
    """
    return nn.RMSNorm(normalized_shape, eps=eps, elementwise_affine=elementwise_affine)


@BLOCKS.add("normalisation", wants="(N, {num_channels}, *)")
def GroupNorm(
    num_groups: Size, num_channels: Size, eps: Positive = 1e-5, affine: bool = True
) -> nn.Module:
    """Normalises groups of channels of each sample by itself.

    y = weight · x̂ + bias, x̂ = (x - mean) / √(var + eps)
    dx = (w - mean(w) - x̂ · mean(w · x̂)) / √(var + eps), w = weight · dy
    dweight = Σ dy · x̂
    dbias = Σ dy
    """
    return nn.GroupNorm(num_groups, num_channels, eps=eps, affine=affine)


@BLOCKS.add("normalisation", wants="(N, C, *)")
def LocalResponseNorm(
    size: Size, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> nn.Module:
    """Divides each channel by the strength of those beside it, as in AlexNet.

    y = x / d^beta, d = k + alpha / size · Σ x² over size channels around it
    dx = dy / d^beta - 2 · alpha · beta / size · x · Σ dy · y / d over the same channels
    """
    return nn.LocalResponseNorm(size, alpha=alpha, beta=beta, k=k)


@BLOCKS.add("normalisation")
def Dropout(p: Probability = 0.5, inplace: bool = False) -> nn.Module:
    """In training sets each number to 0 with probability p; in eval mode it does nothing.

    y = x / (1 - p), or 0 with probability p
    dx = dy / (1 - p), or 0 where y is
    """
    return nn.Dropout(p, inplace=inplace)


@BLOCKS.add("normalisation", wants="(N, C, H, W)")
def Dropout2d(p: Probability = 0.5, inplace: bool = False) -> nn.Module:
    """Dropout of whole channels: neighbours in an image know each other's values.

    y = x / (1 - p), or 0 with probability p for a channel
    dx = dy / (1 - p), or 0 where the channel is
    """
    return nn.Dropout2d(p, inplace=inplace)


@BLOCKS.add("normalisation", wants="(N, C, L)")
def Dropout1d(p: Probability = 0.5, inplace: bool = False) -> nn.Module:
    """Dropout of whole channels of a signal.

    y = x / (1 - p), or 0 with probability p for a channel
    dx = dy / (1 - p), or 0 where the channel is
    """
    return nn.Dropout1d(p, inplace=inplace)


@BLOCKS.add("normalisation", wants="(N, C, D, H, W)")
def Dropout3d(p: Probability = 0.5, inplace: bool = False) -> nn.Module:
    """Dropout of whole channels of a volume.

    y = x / (1 - p), or 0 with probability p for a channel
    dx = dy / (1 - p), or 0 where the channel is
    """
    return nn.Dropout3d(p, inplace=inplace)


@BLOCKS.add("normalisation")
def AlphaDropout(p: Probability = 0.5, inplace: bool = False) -> nn.Module:
    """Dropout for nets of SELU: mean 0 and variance 1 stay.

    y = a · x + b, or a · -1.7581 + b with probability p
    dx = a · dy, or 0 where x was dropped
    """
    return nn.AlphaDropout(p, inplace=inplace)
