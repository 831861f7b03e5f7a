"""Random numbers as samples: for a look at a model before there is data."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from msgspec import Meta
from torch.utils.data import TensorDataset

from gradviz.data.tables import DATASETS
from gradviz.spec.data import Seed
from gradviz.spec.model import Size

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Below = Annotated[int, Meta(ge=0, le=2**31 - 1)]
# fmt: off
DType: TypeAlias = Literal[
    "", "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
    "bool", "uint8", "int8", "int16", "int32", "int64",
]
# fmt: on


@DATASETS.add("toys")
def Noise(
    shape: tuple[Size, ...] = (3, 32, 32), classes: Size = 10, count: Count = 32, seed: Seed = 0
) -> TensorDataset:
    """Normally distributed numbers of any shape, with a class that has nothing to do with them."""
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randn(count, *shape, generator=generator)
    return TensorDataset(samples, torch.randint(classes, (count,), generator=generator))


@DATASETS.add("toys")
def Tokens(
    vocabulary: Size = 64, length: Size = 16, count: Count = 64, seed: Seed = 0
) -> TensorDataset:
    """Sequences of whole numbers that count upwards; the target is the sequence one step on."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randint(vocabulary, (count, 1), generator=generator)
    numbers = (start + torch.arange(length + 1)) % vocabulary
    return TensorDataset(numbers[:, :-1].contiguous(), numbers[:, 1:].contiguous())


@DATASETS.add("toys")
def RandomTensors(
    shapes: tuple[tuple[Size, ...], ...],
    below: tuple[Below, ...] = (),
    target: tuple[Size, ...] = (),
    classes: Below = 0,
    count: Count = 32,
    seed: Seed = 0,
    dtypes: tuple[DType, ...] = (),
) -> TensorDataset:
    """Random inputs of the given shapes, and a target that has nothing to do with them: a class, or
    numbers of the shape ``target``. Where ``below`` has a number, the input has whole numbers from
    0 up to that, else normally distributed ones; ``dtypes`` may name another dtype for each.
    """
    generator = torch.Generator().manual_seed(seed)
    bounds = (*below, *[0] * (len(shapes) - len(below)))
    names = (*dtypes, *[""] * (len(shapes) - len(dtypes)))
    inputs = []
    for shape, bound, name in zip(shapes, bounds, names, strict=True):
        whole = bound or name == "bool" or "int" in name
        dtype = getattr(torch, name or ("int64" if whole else "float32"))
        size = (count, *shape)
        inputs.append(
            torch.randint(bound or 2, size, generator=generator, dtype=dtype)
            if whole
            else torch.randn(size, generator=generator, dtype=dtype)
        )
    if classes:
        targets = torch.randint(classes, (count,), generator=generator)
    else:
        targets = torch.randn(count, *target, generator=generator)
    return TensorDataset(*inputs, targets)
