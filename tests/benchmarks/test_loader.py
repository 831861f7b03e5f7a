"""An epoch of 10,000 samples, plain and watched. The ratio within a group is what counts; that from
epochs in turn, ``in_turn`` in `extra_info`, is of the medians.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from gradviz.data.pipeline.watch import watch_loader

COUNT = 10_000


class Stored(Dataset[Any]):
    """Images of 28×28 that lie in memory as bytes, scaled and normalised one by one."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        shape = (COUNT, 28, 28)
        self.images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
        self.labels = torch.randint(0, 10, (COUNT,), generator=generator)

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = self.images[index].float().div(255).unsqueeze(0)
        return (image - 0.5) / 0.5, int(self.labels[index])


class Decoded(Stored):
    """The same as PNG files, with a transform."""

    def __init__(self) -> None:
        super().__init__()
        self.files = [_png(image.numpy()) for image in self.images[:200]]
        self.transform = _scaled

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        with Image.open(io.BytesIO(self.files[index % 200])) as image:
            return self.transform(image), int(self.labels[index])


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _scaled(image: Image.Image) -> Tensor:
    return (torch.from_numpy(np.array(image)).float().div(255).unsqueeze(0) - 0.5) / 0.5


DATASETS: dict[str, Callable[[], Dataset[Any]]] = {"stored": Stored, "decoded": Decoded}


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("way", ["plain", "watched"])
def test_an_epoch(name: str, way: str, benchmark: Any) -> None:
    torch.set_num_threads(1)
    benchmark.group = f"{name}: an epoch of 10,000 samples"
    plain = DataLoader(DATASETS[name](), batch_size=64, shuffle=True)
    ways: dict[str, Iterable[Any]] = {"plain": plain, "watched": watch_loader(plain)}

    def run(loader: Iterable[Any]) -> None:
        for _ in loader:
            pass

    benchmark.pedantic(run, args=(ways[way],), rounds=5, warmup_rounds=1)
    if way == "watched" and not benchmark.disabled:
        turns = [[seconds(lambda each=each: run(each)) for each in ways.values()] for _ in range(9)]
        without, watched = (median(times) for times in zip(*turns, strict=True))
        benchmark.extra_info["in_turn"] = round(watched / without, 2)


def seconds(run: Callable[[], None]) -> float:
    """What this thread alone took."""
    began = time.thread_time()
    run()
    return time.thread_time() - began
