"""Samples of different lengths in one batch, and how long they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.utils.data import default_collate

from gradviz.data.collates.padded import filled
from gradviz.data.tables import COLLATES


@COLLATES.add("length")
class PadWithLengths:
    """The first part of each sample filled up to the length of the longest in the batch, and the
    lengths (N,) behind it, as a second input of the model. Of dicts the part ``key`` is filled up,
    and the lengths are at “lengths”.
    """

    def __init__(self, value: float = 0.0, key: str = "") -> None:
        self.value = value
        self.key = key

    def __call__(self, samples: Sequence[Any]) -> Any:
        first = samples[0]
        place = (self.key or next(iter(first))) if isinstance(first, Mapping) else 0
        parts = [torch.as_tensor(sample[place]) for sample in samples]
        together = default_collate(filled(parts, self.value))
        lengths = torch.tensor([len(part) for part in parts])
        if isinstance(first, Mapping):
            rest = [key for key in first if key != place]
            joined = {key: default_collate([sample[key] for sample in samples]) for key in rest}
            return {place: together, "lengths": lengths, **joined}
        columns = list(zip(*samples, strict=True))[1:]
        return [together, lengths, *(default_collate(list(column)) for column in columns)]
