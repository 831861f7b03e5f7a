"""Waves of four forms."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta

from gradviz.data.labelled import LabelledTensors
from gradviz.data.points import Spread
from gradviz.data.tables import DATASETS
from gradviz.spec.data import Seed
from gradviz.spec.model import Size

Count = Annotated[int, Meta(ge=1, le=1_000_000)]


@DATASETS.add("signals")
def Waves(
    count: Count = 400, length: Size = 128, noise: Spread = 0.1, seed: Seed = 0
) -> LabelledTensors:
    """Waves (1, length) of two to six periods that begin anywhere: sine, square, triangle and
    sawtooth are the classes 0 to 3.
    """
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 4
    periods = 2 + 4 * torch.rand(count, 1, generator=generator)
    start = torch.rand(count, 1, generator=generator)
    turn = (start + periods * torch.arange(length) / length) % 1  # how much of a period is over
    wave = torch.sin(2 * torch.pi * turn)
    wave[label == 1] = wave[label == 1].sign()
    wave[label == 2] = 1 - 4 * (turn[label == 2] - 0.5).abs()
    wave[label == 3] = 2 * turn[label == 3] - 1
    wave += noise * torch.randn(count, length, generator=generator)
    return LabelledTensors(wave[:, None], label, classes=("sine", "square", "triangle", "sawtooth"))
