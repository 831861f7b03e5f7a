"""A linear layer as it is written by hand when one learns what a Module is."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MyLinear(nn.Module):
    """xw + b, with both Parameters in sight."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(in_features, out_features))
        self.bias = nn.Parameter(torch.randn(out_features))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weights + self.bias
