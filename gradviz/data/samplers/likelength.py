"""Batches whose samples are about as long as each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

from gradviz.data.tables import SAMPLERS


@SAMPLERS.add("batches", given=("lengths", "generator", "batch_size", "drop_last"))
class LikeLength(Sampler[list[int]]):
    """Batches of samples that are about as long as each other, so there is little to fill up; the
    batches come in random order.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        generator: torch.Generator,
        batch_size: int,
        drop_last: bool = False,
        shuffle: bool = True,
    ) -> None:
        self.lengths = lengths
        self.generator = generator
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.shuffle = shuffle

    def __iter__(self) -> Iterator[list[int]]:
        order = list(range(len(self.lengths)))
        if self.shuffle:  # those of one length come together in other ways each time
            order = torch.randperm(len(order), generator=self.generator).tolist()
        order.sort(key=lambda index: self.lengths[index])
        starts = range(0, len(order), self.batch_size)
        batches = [order[start : start + self.batch_size] for start in starts]
        if self.drop_last and batches and len(batches[-1]) < self.batch_size:
            batches.pop()
        places = list(range(len(batches)))
        if self.shuffle:
            places = torch.randperm(len(batches), generator=self.generator).tolist()
        return iter([batches[place] for place in places])

    def __len__(self) -> int:
        count, size = len(self.lengths), self.batch_size
        return count // size if self.drop_last else -(-count // size)
