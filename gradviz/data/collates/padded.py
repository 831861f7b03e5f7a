"""Samples of different lengths in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import default_collate

from gradviz.data.tables import COLLATES


def filled(parts: Sequence[Tensor], value: float) -> list[Tensor]:
    """Tensors (L, …) as long as the longest of them."""
    longest = max(map(len, parts))
    return [
        F.pad(part, [0, 0] * (part.ndim - 1) + [0, longest - len(part)], value=value)
        for part in parts
    ]


@COLLATES.add("length")
class Pad:
    """As torch joins them, after tensors of different lengths were filled up with a number, to the
    length of the longest in the batch. Lists of numbers are filled up too; texts stay a list.
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, samples: Sequence[Any]) -> Any:
        return default_collate(self.alike(list(samples)))

    def alike(self, parts: list[Any], depth: int = 0) -> list[Any]:
        """The parts of all samples that belong together, of one length. Those that do not match are
        left as they are, for torch to say so.
        """
        first = parts[0]
        if any(type(part) is not type(first) for part in parts):
            return parts
        if isinstance(first, dict):
            if any(part.keys() != first.keys() for part in parts):
                return parts
            named = {key: self.alike([part[key] for part in parts], depth + 1) for key in first}
            return [{key: named[key][place] for key in first} for place in range(len(parts))]
        if isinstance(first, list) and depth and all(map(self.is_row, parts)):
            parts = [torch.tensor(part) for part in parts]
        elif isinstance(first, list | tuple):
            if any(len(part) != len(first) for part in parts):
                return parts
            columns = [self.alike(list(column), depth + 1) for column in zip(*parts, strict=True)]
            rows = zip(*columns, strict=True)
            return [first._make(row) if hasattr(first, "_make") else [*row] for row in rows]
        if isinstance(parts[0], Tensor) and all(part.ndim for part in parts):
            return filled(parts, self.value)
        return parts

    def is_row(self, part: list[Any]) -> bool:
        """Whether it is a list of numbers."""
        return all(isinstance(each, int | float) for each in part)
