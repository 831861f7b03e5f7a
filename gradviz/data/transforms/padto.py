"""Sequences of one length."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from gradviz.data.tables import TRANSFORMS
from gradviz.spec.model import Size


@TRANSFORMS.add("texts")
class PadTo:
    """A tensor (L, …) that is ``length`` long: cut off there, or filled up with ``value``."""

    def __init__(self, length: Size, value: float = 0) -> None:
        self.length = length
        self.value = value

    def __call__(self, sequence: Tensor) -> Tensor:
        sequence = torch.as_tensor(sequence)[: self.length]
        after = [0, 0] * (sequence.ndim - 1) + [0, self.length - len(sequence)]
        return F.pad(sequence, after, value=self.value)
