"""Loaders of every kind, each made anew by a call."""

from __future__ import annotations

import random
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)

Point = namedtuple("Point", ["x", "y"])


class Rows(Dataset[Any]):
    """Samples that a function makes of their index."""

    def __init__(self, make: Callable[[int], Any], count: int = 10) -> None:
        self.make = make
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        return self.make(index)


class Together(Rows):
    """The same, all samples of a batch at once."""

    def __getitems__(self, indices: list[int]) -> list[Any]:
        return [self.make(index) for index in indices]


class Pictures(Dataset[Any]):
    """Images with transforms where torchvision has them."""

    def __init__(self, transform: Any = None, target_transform: Any = None) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        return 9

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image: Any = Image.fromarray(np.full((4, 4), index, np.uint8))
        target: Any = index % 3
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target


class Compose:
    """As torchvision has it."""

    def __init__(self, transforms: list[Any]) -> None:
        self.transforms = transforms

    def __call__(self, image: Any) -> Any:
        for transform in self.transforms:
            image = transform(image)
        return image


class Shift(nn.Module):
    """A transform that is a module, and draws a random number."""

    def forward(self, image: Tensor) -> Tensor:
        return image + torch.rand(())


class Stream(IterableDataset[Any]):
    """Numbers one after the other."""

    def __init__(self, count: int = 10) -> None:
        self.count = count

    def __iter__(self) -> Iterator[Any]:
        for number in range(self.count):
            yield torch.tensor([float(number)]), number


class Evens(Sampler[int]):
    """A sampler that draws its random numbers when it is asked for its iterator."""

    def __iter__(self) -> Iterator[int]:
        order = torch.randperm(5).tolist()
        return iter([2 * number for number in order])

    def __len__(self) -> int:
        return 5


class Pairs(Sampler[list[int]]):
    """A batch sampler of one's own, with an epoch that it counts."""

    def __init__(self) -> None:
        self.epoch = 0

    def __iter__(self) -> Iterator[list[int]]:
        self.epoch += 1
        yield [0, 9]
        yield [self.epoch, 2, 3]

    def __len__(self) -> int:
        return 2


@dataclass
class Labelled:
    image: Tensor
    label: int


class TwiceLoader(DataLoader[Any]):
    """A loader that changes what torch's gives."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        for batch in super().__iter__():
            yield batch[0] * 2, batch[1]


def to_tensor(image: Any) -> Tensor:
    return torch.from_numpy(np.array(image)).float().div(255)[None]


def add_noise(image: Tensor) -> Tensor:
    return image.add_(torch.randn(image.shape))


def jitter(target: int) -> float:
    return target + random.random() + float(np.random.rand())


def pair(index: int) -> tuple[Tensor, int]:
    return torch.full((3,), float(index)), index


def everything(index: int) -> dict[str, Any]:
    return {
        "image": torch.full((2, 2), index),
        "numbers": np.arange(3) + index,
        "scalar": np.float32(index),
        "float": index / 2,
        "int": index,
        "bool": index % 2 == 0,
        "text": f"row {index}",
        "bytes": b"%d" % index,
        "point": Point(index, [1.0, torch.ones(2)]),
        "pair": (index, {"deep": [index, "x"]}),
        "empty": {},
    }


def labelled(index: int) -> Labelled:
    return Labelled(torch.ones(2) * index, index)


def padded(samples: list[Any]) -> dict[str, Any]:
    parts = [sample[0][: 1 + sample[1] % 3] for sample in samples]
    return {
        "ids": nn.utils.rnn.pad_sequence(parts, batch_first=True),
        "label": default_collate([sample[1] for sample in samples]),
    }


def of_dataclass(samples: list[Labelled]) -> Labelled:
    images = torch.stack([sample.image for sample in samples])
    return Labelled(images, torch.tensor([s.label for s in samples]))  # type: ignore[arg-type]


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


ROWS = Rows(pair)

LOADERS: dict[str, Callable[..., DataLoader[Any]]] = {
    "sequential": lambda **more: DataLoader(ROWS, batch_size=4, **more),
    "shuffled": lambda **more: DataLoader(ROWS, batch_size=4, shuffle=True, **more),
    "generator": lambda **more: DataLoader(
        ROWS, batch_size=3, shuffle=True, generator=_seeded(), **more
    ),
    "drop_last": lambda **more: DataLoader(
        ROWS, batch_size=4, shuffle=True, drop_last=True, **more
    ),
    "no batch left": lambda **more: DataLoader(ROWS, batch_size=20, drop_last=True, **more),
    "replacement": lambda **more: DataLoader(
        ROWS, batch_size=4, sampler=RandomSampler(ROWS, replacement=True, num_samples=41), **more
    ),
    "weighted": lambda **more: DataLoader(
        ROWS, batch_size=4, sampler=WeightedRandomSampler([1.0] * 9 + [9.0], 13), **more
    ),
    "subset sampler": lambda **more: DataLoader(
        ROWS, batch_size=2, sampler=SubsetRandomSampler([1, 5, 7]), **more
    ),
    "own sampler": lambda **more: DataLoader(ROWS, batch_size=2, sampler=Evens(), **more),
    "list of indices": lambda **more: DataLoader(ROWS, batch_size=2, sampler=[3, 3, 1], **more),
    "batch sampler": lambda **more: DataLoader(
        ROWS, batch_sampler=BatchSampler(SequentialSampler(ROWS), 3, drop_last=True), **more
    ),
    "own batch sampler": lambda **more: DataLoader(ROWS, batch_sampler=Pairs(), **more),
    "no batches": lambda **more: DataLoader(
        Rows(everything), batch_size=None, shuffle=True, **more
    ),
    "sampler of batches": lambda **more: DataLoader(
        TensorDataset(torch.arange(10)),
        batch_size=None,
        sampler=BatchSampler(RandomSampler(ROWS), 4, drop_last=False),
        **more,
    ),
    "everything": lambda **more: DataLoader(Rows(everything), batch_size=4, shuffle=True, **more),
    "getitems": lambda **more: DataLoader(Together(pair), batch_size=4, shuffle=True, **more),
    "tensors": lambda **more: DataLoader(
        TensorDataset(torch.randn(10, 3), torch.arange(10)), batch_size=4, shuffle=True, **more
    ),
    "a list": lambda **more: DataLoader([1.5, 2, 3], batch_size=2, **more),  # type: ignore[arg-type]
    "subset": lambda **more: DataLoader(Subset(ROWS, [9, 1, 4]), batch_size=2, **more),
    "split": lambda **more: DataLoader(
        random_split(ROWS, [7, 3])[0], batch_size=2, shuffle=True, **more
    ),
    "several": lambda **more: DataLoader(ConcatDataset([ROWS, ROWS]), batch_size=6, **more),
    "custom collate": lambda **more: DataLoader(
        ROWS, batch_size=4, shuffle=True, collate_fn=padded, **more
    ),
    "same objects": lambda **more: DataLoader(ROWS, batch_size=4, collate_fn=list, **more),
    "dataclass": lambda **more: DataLoader(
        Rows(labelled), batch_size=4, collate_fn=of_dataclass, **more
    ),
    "transforms": lambda **more: DataLoader(
        Pictures(Compose([to_tensor, Shift(), add_noise]), jitter),
        batch_size=4, shuffle=True, **more,
    ),
    "sequential transform": lambda **more: DataLoader(
        Pictures(Compose([to_tensor, nn.Sequential(Shift(), nn.Flatten())])), batch_size=4, **more
    ),
    "transform of a subset": lambda **more: DataLoader(
        Subset(Pictures(to_tensor, jitter), [8, 0, 3]), batch_size=2, **more
    ),
    "stream": lambda **more: DataLoader(Stream(), batch_size=4, **more),
    "stream, drop_last": lambda **more: DataLoader(
        Stream(), batch_size=4, drop_last=True, **more
    ),
    "stream without batches": lambda **more: DataLoader(Stream(), batch_size=None, **more),
    "own loader": lambda **more: TwiceLoader(ROWS, batch_size=4, shuffle=True, **more),
}  # fmt: skip
