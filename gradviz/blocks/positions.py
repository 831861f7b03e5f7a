"""The positional encoding of the first transformer (Vaswani et al. 2017, section 3.5)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class PositionalEncoding(nn.Module):
    """Adds a sine or cosine wave to each feature of a sequence (N, T, d_model)."""

    waves: Tensor

    def __init__(self, d_model: int, max_len: int = 512) -> None:
        super().__init__()
        place = torch.arange(max_len).unsqueeze(1)
        speed = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        waves = torch.zeros(max_len, d_model)
        waves[:, 0::2] = torch.sin(place * speed)
        waves[:, 1::2] = torch.cos(place * speed)[:, : d_model // 2]
        self.register_buffer("waves", waves)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.waves[: x.shape[1]]
