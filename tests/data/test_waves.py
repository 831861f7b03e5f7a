"""Waves: each form is what its name says."""

from __future__ import annotations

import torch

from gradviz.data.waves import Waves


def of(form: str) -> torch.Tensor:
    waves = Waves(400, length=1000, noise=0)
    signals, labels = waves.tensors
    return signals[labels == waves.classes.index(form), 0]


def test_all_forms_are_as_many_and_the_seed_decides_all() -> None:
    first, again, other = Waves(seed=1), Waves(seed=1), Waves(seed=2)
    assert first.tensors[0].shape == (400, 1, 128)
    assert first.tensors[0].dtype == torch.float32
    assert torch.bincount(first.tensors[1]).tolist() == [100] * 4
    assert torch.equal(first.tensors[0], again.tensors[0])
    assert not torch.equal(first.tensors[0], other.tensors[0])


def test_the_mean_square_is_that_of_the_form() -> None:
    for form, square in (("sine", 1 / 2), ("square", 1), ("triangle", 1 / 3), ("sawtooth", 1 / 3)):
        waves = of(form)
        assert waves.abs().max() <= 1
        torch.testing.assert_close(
            waves.square().mean(), torch.tensor(float(square)), atol=0.03, rtol=0
        )


def test_steps_are_steep_or_not() -> None:
    steps = {
        form: of(form).diff(dim=1).abs() for form in ("sine", "square", "triangle", "sawtooth")
    }
    assert steps["sine"].max() < 0.05
    assert steps["triangle"].max() < 0.05
    assert (steps["square"] > 1.9).sum(dim=1).min() >= 3
    falls = (steps["sawtooth"] > 1.9).sum(dim=1)
    assert falls.min() >= 1
    assert falls.max() <= 6


def test_there_are_two_to_six_periods() -> None:
    waves = of("square")
    rises = (waves.diff(dim=1) > 0).sum(dim=1)
    assert rises.min() >= 2
    assert rises.max() <= 6
    assert len(set(rises.tolist())) >= 4
