"""Points in the plane, made from a seed."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import torch
from msgspec import Meta
from torch.utils.data import TensorDataset

from gradviz.data.tables import DATASETS
from gradviz.spec.data import Seed
from gradviz.spec.model import Size

Count: TypeAlias = Annotated[int, Meta(ge=1, le=10_000_000)]
Spread: TypeAlias = Annotated[float, Meta(ge=0)]
Arms = Annotated[int, Meta(ge=1, le=1000)]
Inner = Annotated[float, Meta(ge=0, le=1)]


@DATASETS.add("toys")
def Moons(
    count: Count = 200,
    noise: Spread = 0.1,
    seed: Seed = 0,
) -> TensorDataset:
    """Two half circles that reach into each other: points (count, 2), classes 0 and 1.

    The shape is that of scikit-learn's ``make_moons``.
    """
    generator = torch.Generator().manual_seed(seed)
    upper = count // 2
    halves = (torch.linspace(0, torch.pi, half) for half in (upper, count - upper))
    angle = torch.cat(tuple(halves))
    label = (torch.arange(count) >= upper).long()
    flip = 1 - 2 * label
    points = torch.stack(
        (torch.cos(angle) * flip + label, torch.sin(angle) * flip + 0.5 * label), dim=1
    )
    return TensorDataset(points + noise * torch.randn(count, 2, generator=generator), label)


@DATASETS.add("toys")
def Circles(
    count: Count = 200, inner: Inner = 0.5, noise: Spread = 0.1, seed: Seed = 0
) -> TensorDataset:
    """Points (count, 2) of a circle around 0, class 0, and of one inside it, class 1.

    The shape is that of scikit-learn's ``make_circles``; ``inner`` is its ``factor``.
    """
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    angle = 2 * torch.pi * torch.arange(count) / count
    radius = 1 - (1 - inner) * label
    points = radius[:, None] * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return TensorDataset(points + noise * torch.randn(count, 2, generator=generator), label)


@DATASETS.add("toys")
def Spirals(
    arms: Arms = 2, count: Count = 300, turns: float = 1.0, noise: Spread = 0.02, seed: Seed = 0
) -> TensorDataset:
    """Points (count, 2) of arms that wind out of the middle, each arm a class."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % arms
    radius = torch.linspace(0, 1, count).sqrt()
    angle = 2 * torch.pi * (turns * radius + label / arms)
    points = radius[:, None] * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return TensorDataset(points + noise * torch.randn(count, 2, generator=generator), label)


@DATASETS.add("toys")
def Line(
    count: Count = 64, slope: float = 3.0, offset: float = 1.0, noise: Spread = 0.1, seed: Seed = 0
) -> TensorDataset:
    """Points of a straight line: x (count, 1) from -1 to 1, and slope · x + offset with noise."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-1, 1, count)[:, None]
    return TensorDataset(x, slope * x + offset + noise * torch.randn(count, 1, generator=generator))


@DATASETS.add("toys")
def Logistic(
    count: Count = 200, slope: float = 3.0, offset: float = 1.0, seed: Seed = 0
) -> TensorDataset:
    """Numbers x (count, 1) from -2 to 2, and for each 1 or 0, drawn: 1 with the probability
    sigmoid(slope · x + offset). The target (1,) is what binary cross-entropy takes.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-2, 2, count)[:, None]
    drawn = torch.rand(count, 1, generator=generator) < torch.sigmoid(slope * x + offset)
    return TensorDataset(x, drawn.float())


@DATASETS.add("toys")
def Clouds(count: Count = 200, spread: Spread = 0.7, seed: Seed = 0) -> TensorDataset:
    """Two clouds of points (count, 2) which a straight line parts, classes 0 and 1."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    middle = torch.stack((2.0 * label - 1, 2.0 * label - 1), dim=1)
    return TensorDataset(middle + spread * torch.randn(count, 2, generator=generator), label)


@DATASETS.add("toys")
def XOR(count: Count = 64, noise: Spread = 0.1, seed: Seed = 0) -> TensorDataset:
    """The corners of a square, points (count, 2); class 1 where just one of the two numbers is 1.
    No straight line parts the classes.
    """
    generator = torch.Generator().manual_seed(seed)
    corner = torch.arange(count) % 4
    x = torch.stack((corner // 2, corner % 2), dim=1)
    return TensorDataset(x + noise * torch.randn(count, 2, generator=generator), x[:, 0] ^ x[:, 1])


@DATASETS.add("toys")
def MoonPairs(count: Count = 256, noise: Spread = 0.1, seed: Seed = 0) -> TensorDataset:
    """Two points of the two moons at once: a (count, 2) and b (count, 2); 1 if both are of the same
    moon, else -1. For a model with two inputs.
    """
    generator = torch.Generator().manual_seed(seed)
    label = torch.randint(2, (2, count), generator=generator)
    angle = torch.pi * torch.rand(2, count, generator=generator)
    flip = 1 - 2 * label
    points = torch.stack(
        (torch.cos(angle) * flip + label, torch.sin(angle) * flip + 0.5 * label), dim=2
    )
    points += noise * torch.randn(2, count, 2, generator=generator)
    return TensorDataset(points[0], points[1], 1 - 2 * (label[0] ^ label[1]))


@DATASETS.add("toys")
def RealOrFake(count: Count = 256, noise: Spread = 0.1, seed: Seed = 0) -> TensorDataset:
    """What the discriminator of a GAN is shown: points (count, 2), every other one of a half
    circle, with the target (1,) 1, and the others from anywhere, with the target 0.
    """
    generator = torch.Generator().manual_seed(seed)
    angle = torch.pi * torch.rand(count, generator=generator)
    circle = torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    real = (torch.arange(count) % 2 == 0).float()[:, None]
    anywhere = 2 * torch.randn(count, 2, generator=generator)
    points = circle + noise * torch.randn(count, 2, generator=generator)
    return TensorDataset(real * points + (1 - real) * anywhere, real)


@DATASETS.add("toys")
def Latent(size: Size = 4, count: Count = 256, seed: Seed = 0) -> TensorDataset:
    """What the generator of a GAN begins with: normally distributed numbers (count, size). The
    target (1,) is always 1, for it wants the discriminator to say “real”.
    """
    generator = torch.Generator().manual_seed(seed)
    return TensorDataset(torch.randn(count, size, generator=generator), torch.ones(count, 1))
