"""Functions of each element by itself, and softmax."""

from __future__ import annotations

from torch import nn

from gradviz.blocks.tables import BLOCKS


@BLOCKS.add("activations")
def ReLU(inplace: bool = False) -> nn.Module:
    """max(0, x): lets the gradient through where x > 0."""
    return nn.ReLU(inplace=inplace)


@BLOCKS.add("activations")
def LeakyReLU(negative_slope: float = 0.01) -> nn.Module:
    """x where x > 0, else a small multiple of x, so that no unit falls silent."""
    return nn.LeakyReLU(negative_slope)


@BLOCKS.add("activations")
def GELU() -> nn.Module:
    """x Φ(x), a smooth relative of ReLU used by transformers."""
    return nn.GELU()


@BLOCKS.add("activations")
def Sigmoid() -> nn.Module:
    """1 / (1 + e⁻ˣ): squeezes into (0, 1)."""
    return nn.Sigmoid()


@BLOCKS.add("activations")
def Tanh() -> nn.Module:
    """(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ): squeezes into (-1, 1)."""
    return nn.Tanh()


@BLOCKS.add("activations")
def Softmax(dim: int = -1) -> nn.Module:
    """eˣ divided by its sum over dim: positive numbers that add up to 1."""
    return nn.Softmax(dim)
