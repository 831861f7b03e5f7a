"""Functions of each element by itself, and those that look along one dimension."""

from __future__ import annotations

from typing import Literal

from torch import nn

from gradviz.blocks.sizes import Dim, NotNegative, Positive
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size


@BLOCKS.add("activations")
def ReLU(inplace: bool = False) -> nn.Module:
    """Lets through what is positive; the rest becomes 0, and so does its gradient.

    y = max(0, x)
    dx = dy where x > 0, else 0
    """
    return nn.ReLU(inplace=inplace)


@BLOCKS.add("activations")
def ReLU6(inplace: bool = False) -> nn.Module:
    """ReLU that never gives more than 6, for numbers of few bits.

    y = min(max(0, x), 6)
    dx = dy where 0 < x < 6, else 0
    """
    return nn.ReLU6(inplace=inplace)


@BLOCKS.add("activations")
def LeakyReLU(negative_slope: float = 0.01, inplace: bool = False) -> nn.Module:
    """ReLU that lets a little of what is negative through, so that no unit falls silent.

    y = x where x > 0, else negative_slope · x
    dx = dy where x > 0, else negative_slope · dy
    """
    return nn.LeakyReLU(negative_slope, inplace=inplace)


@BLOCKS.add("activations", wants="(N, {num_parameters}, *)")
def PReLU(num_parameters: Size = 1, init: float = 0.25) -> nn.Module:
    """LeakyReLU whose slope is learned, one for all or one a channel.

    y = x where x > 0, else weight · x
    dx = dy where x > 0, else weight · dy
    dweight = Σ dy · x where x ≤ 0
    """
    return nn.PReLU(num_parameters, init=init)


@BLOCKS.add("activations")
def ELU(alpha: float = 1.0, inplace: bool = False) -> nn.Module:
    """Smooth below 0, where it nears -alpha.

    y = x where x > 0, else alpha · (eˣ - 1)
    dx = dy where x > 0, else dy · alpha · eˣ
    """
    return nn.ELU(alpha, inplace=inplace)


@BLOCKS.add("activations")
def SELU(inplace: bool = False) -> nn.Module:
    """ELU scaled so that deep nets keep mean 0 and variance 1 by themselves.

    y = 1.0507 · (x where x > 0, else 1.6733 · (eˣ - 1))
    dx = dy · 1.0507 · (1 where x > 0, else 1.6733 · eˣ)
    """
    return nn.SELU(inplace=inplace)


@BLOCKS.add("activations")
def CELU(alpha: Positive = 1.0, inplace: bool = False) -> nn.Module:
    """ELU whose slope at 0 is 1 for every alpha.

    y = x where x > 0, else alpha · (e^(x / alpha) - 1)
    dx = dy where x > 0, else dy · e^(x / alpha)
    """
    return nn.CELU(alpha, inplace=inplace)


@BLOCKS.add("activations")
def GELU(approximate: Literal["none", "tanh"] = "none") -> nn.Module:
    """A smooth relative of ReLU that transformers use.

    y = x · Φ(x), Φ the normal distribution function
    dx = dy · (Φ(x) + x · φ(x)), φ its density
    """
    return nn.GELU(approximate=approximate)


@BLOCKS.add("activations")
def SiLU(inplace: bool = False) -> nn.Module:
    """x times its own sigmoid, also called Swish.

    y = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ)
    dx = dy · σ(x) · (1 + x · (1 - σ(x)))
    """
    return nn.SiLU(inplace=inplace)


@BLOCKS.add("activations")
def Mish(inplace: bool = False) -> nn.Module:
    """A smooth relative of SiLU.

    y = x · t, t = tanh(ln(1 + eˣ))
    dx = dy · (t + x · (1 - t²) · σ(x))
    """
    return nn.Mish(inplace=inplace)


@BLOCKS.add("activations")
def Sigmoid() -> nn.Module:
    """Squeezes into (0, 1); far from 0 hardly any gradient is left.

    y = 1 / (1 + e⁻ˣ)
    dx = dy · y · (1 - y)
    """
    return nn.Sigmoid()


@BLOCKS.add("activations")
def LogSigmoid() -> nn.Module:
    """The logarithm of a sigmoid, without its rounding errors.

    y = -ln(1 + e⁻ˣ)
    dx = dy · (1 - σ(x))
    """
    return nn.LogSigmoid()


@BLOCKS.add("activations")
def Tanh() -> nn.Module:
    """Squeezes into (-1, 1); far from 0 hardly any gradient is left.

    y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
    dx = dy · (1 - y²)
    """
    return nn.Tanh()


@BLOCKS.add("activations")
def Softplus(beta: Positive = 1.0, threshold: float = 20.0) -> nn.Module:
    """A smooth ReLU.

    y = ln(1 + e^(beta · x)) / beta, or x where beta · x > threshold
    dx = dy · σ(beta · x)
    """
    return nn.Softplus(beta, threshold=threshold)


@BLOCKS.add("activations")
def Softsign() -> nn.Module:
    """Squeezes into (-1, 1), more slowly than tanh.

    y = x / (1 + |x|)
    dx = dy / (1 + |x|)²
    """
    return nn.Softsign()


@BLOCKS.add("activations")
def Hardtanh(min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> nn.Module:
    """Cuts off at two bounds; outside of them no gradient passes.

    y = min(max(x, min_val), max_val)
    dx = dy where min_val < x < max_val, else 0
    """
    return nn.Hardtanh(min_val, max_val, inplace=inplace)


@BLOCKS.add("activations")
def Hardsigmoid(inplace: bool = False) -> nn.Module:
    """A sigmoid of straight lines.

    y = min(max(x / 6 + 1/2, 0), 1)
    dx = dy / 6 where -3 < x < 3, else 0
    """
    return nn.Hardsigmoid(inplace=inplace)


@BLOCKS.add("activations")
def Hardswish(inplace: bool = False) -> nn.Module:
    """SiLU of straight lines, for small devices.

    y = x · min(max(x / 6 + 1/2, 0), 1)
    dx = dy where x ≥ 3, 0 where x ≤ -3, else dy · (x / 3 + 1/2)
    """
    return nn.Hardswish(inplace=inplace)


@BLOCKS.add("activations")
def Softshrink(lambd: Positive = 0.5) -> nn.Module:
    """Pulls everything towards 0 by lambd, and what is nearer than that onto it.

    y = x - lambd where x > lambd, x + lambd where x < -lambd, else 0
    dx = dy where |x| > lambd, else 0
    """
    return nn.Softshrink(lambd)


@BLOCKS.add("activations")
def Hardshrink(lambd: Positive = 0.5) -> nn.Module:
    """Lets through what is further from 0 than lambd, and puts 0 for the rest.

    y = x where |x| > lambd, else 0
    dx = dy where |x| > lambd, else 0
    """
    return nn.Hardshrink(lambd)


@BLOCKS.add("activations")
def Tanhshrink() -> nn.Module:
    """What tanh takes away: hardly anything near 0.

    y = x - tanh(x)
    dx = dy · tanh(x)²
    """
    return nn.Tanhshrink()


@BLOCKS.add("activations")
def RReLU(
    lower: NotNegative = 1 / 8, upper: NotNegative = 1 / 3, inplace: bool = False
) -> nn.Module:
    """LeakyReLU whose slope is drawn anew for each number in training; in eval mode it is the mean.

    y = x where x > 0, else a · x, a between lower and upper
    dx = dy where x > 0, else a · dy
    """
    return nn.RReLU(lower, upper, inplace=inplace)


@BLOCKS.add("activations")
def Threshold(threshold: float = 0.0, value: float = 0.0, inplace: bool = False) -> nn.Module:
    """Lets through what is above a threshold and puts one value for the rest.

    y = x where x > threshold, else value
    dx = dy where x > threshold, else 0
    """
    return nn.Threshold(threshold, value, inplace=inplace)


@BLOCKS.add("activations")
def Softmax(dim: Dim = -1) -> nn.Module:
    """Positive numbers that add up to 1 along dim. Not in front of CrossEntropyLoss, which has it.

    yᵢ = e^xᵢ / Σⱼ e^xⱼ
    dx = y · (dy - Σ dy · y)
    """
    return nn.Softmax(dim)


@BLOCKS.add("activations", wants="(N, C, H, W)")
def Softmax2d() -> nn.Module:
    """Softmax over the channels, at each place of an image.

    yᵢ = e^xᵢ / Σⱼ e^xⱼ over the channels
    dx = y · (dy - Σ dy · y)
    """
    return nn.Softmax2d()


@BLOCKS.add("activations")
def Softmin(dim: Dim = -1) -> nn.Module:
    """Softmax of -x: the smallest number gets most.

    yᵢ = e^-xᵢ / Σⱼ e^-xⱼ
    dx = -y · (dy - Σ dy · y)
    """
    return nn.Softmin(dim)


@BLOCKS.add("activations")
def LogSoftmax(dim: Dim = -1) -> nn.Module:
    """The logarithm of softmax, without its rounding errors: what NLLLoss wants.

    yᵢ = xᵢ - ln Σⱼ e^xⱼ
    dx = dy - softmax(x) · Σ dy
    """
    return nn.LogSoftmax(dim)


@BLOCKS.add("activations")
def GLU(dim: Dim = -1) -> nn.Module:
    """Splits x into two halves along dim; the second is a gate for the first.

    y = a · σ(b), x = [a, b]
    dx = [dy · σ(b), dy · a · σ(b) · (1 - σ(b))]
    """
    return nn.GLU(dim)
