"""Points in the plane and on a line: where they lie, and to which class they belong."""

from __future__ import annotations

import pytest
import torch

from gradviz.data.points import Circles, Clouds, Logistic, Moons, Spirals


@pytest.mark.parametrize("make", [Circles, Clouds, Logistic, Moons, Spirals])
def test_the_seed_decides_all(make: object) -> None:
    assert callable(make)
    first, again, other = make(seed=1).tensors, make(seed=1).tensors, make(seed=2).tensors
    assert all(map(torch.equal, first, again))
    assert not all(map(torch.equal, first, other))


def test_a_circle_lies_in_the_other() -> None:
    points, label = Circles(100, inner=0.3, noise=0).tensors
    assert points.shape == (100, 2)
    assert torch.bincount(label).tolist() == [50, 50]
    torch.testing.assert_close(points[label == 0].norm(dim=1), torch.ones(50))
    torch.testing.assert_close(points[label == 1].norm(dim=1), torch.full((50,), 0.3))
    assert points[label == 1].mean(dim=0).abs().max() < 1e-6


@pytest.mark.parametrize("arms", [1, 2, 5])
def test_each_arm_is_the_first_one_turned(arms: int) -> None:
    points, label = Spirals(arms, count=arms * 40, turns=0.5, noise=0).tensors
    assert torch.bincount(label).tolist() == [40] * arms
    radius, angle = points.norm(dim=1), torch.atan2(points[:, 1], points[:, 0])
    start = angle - torch.pi * radius - 2 * torch.pi * label / arms
    torch.testing.assert_close(torch.cos(start)[1:], torch.ones(arms * 40 - 1))
    assert radius.max() <= 1.0001


def test_a_class_is_drawn_with_the_sigmoid() -> None:
    x, drawn = Logistic(100_000, slope=2.0, offset=-1.0).tensors
    assert x.shape == drawn.shape == (100_000, 1)
    assert drawn.dtype == torch.float32
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    for low in (-2.0, -1.0, 0.0, 1.0):
        part = (x >= low) & (x < low + 1)
        expected = torch.sigmoid(2 * x[part] - 1).mean()
        torch.testing.assert_close(drawn[part].mean(), expected, atol=0.01, rtol=0)
