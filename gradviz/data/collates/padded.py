"""Samples of different lengths in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import default_collate

from gradviz.data.tables import COLLATES, Collate


class Padding:
    """Joins samples as torch does, once its tensors of one dimension or more are as long as the
    longest at their place in the batch.
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, samples: Sequence[Any]) -> Any:
        return default_collate(self._alike(list(samples)))

    def _alike(self, parts: list[Any]) -> list[Any]:
        first = parts[0]
        if isinstance(first, dict):
            named = {key: self._alike([part[key] for part in parts]) for key in first}
            return [{key: named[key][i] for key in first} for i in range(len(parts))]
        if isinstance(first, tuple | list):
            columns = [self._alike(list(column)) for column in zip(*parts, strict=True)]
            return list(zip(*columns, strict=True))
        if isinstance(first, Tensor) and first.ndim:
            longest = max(map(len, parts))
            return [self._padded(part, longest) for part in parts]
        return parts

    def _padded(self, part: Tensor, length: int) -> Tensor:
        after = [0, 0] * (part.ndim - 1) + [0, length - len(part)]
        return F.pad(part, after, value=self.value) if length > len(part) else torch.clone(part)


@COLLATES.add("length")
def Pad(value: float = 0.0) -> Collate:
    """As torch joins them, after tensors of different lengths were filled up with a number, to the
    length of the longest in the batch.
    """
    return Padding(value)
