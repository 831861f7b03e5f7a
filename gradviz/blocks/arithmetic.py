"""Blocks that join two tensors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gradviz.blocks.tables import BLOCKS


class AddModule(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b


class MultiplyModule(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a * b


class ConcatModule(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.cat((a, b), self.dim)


@BLOCKS.add("arithmetic", inputs=("a", "b"))
def Add() -> nn.Module:
    """a + b: the gradient goes to both, unchanged (a residual connection)."""
    return AddModule()


@BLOCKS.add("arithmetic", inputs=("a", "b"))
def Multiply() -> nn.Module:
    """a · b: each side's gradient is the incoming one times the other side."""
    return MultiplyModule()


@BLOCKS.add("arithmetic", inputs=("a", "b"))
def Concat(dim: int = 1) -> nn.Module:
    """Puts b behind a along dim; each gets its own part of the gradient."""
    return ConcatModule(dim)
