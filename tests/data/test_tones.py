"""Spoken tones: the pitch moves as the tone says, and the vowel has its formants."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gradviz.data.tones import Tones, glottal_flow, resonated

LONGEST = 110
"""The lag of the lowest pitch, 73 Hz, in samples of 8 kHz."""
PLACES = (0.2, 0.28, 0.36, 0.44, 0.56, 0.64, 0.72, 0.8, 0.88)


def pitch(sound: Tensor, middle: float) -> float:
    """The pitch around a part of the sound: where it is first nearly as it was before."""
    start = int(middle * (len(sound) - 400))
    part = sound[start : start + 260]
    alike = [
        torch.cosine_similarity(part[: 260 - lag], part[lag:], dim=0).item()
        for lag in range(18, LONGEST)
    ]
    first = next(i for i, each in enumerate(alike) if each > 0.9 * max(alike))
    while alike[first + 1] > alike[first]:
        first += 1
    return 8000 / (first + 18)


def in_octave(pitch: float, near: float) -> float:
    """The pitch, if need be an octave lower or higher, which is nearest to another one."""
    return min((pitch / 2, pitch, 2 * pitch), key=lambda each: abs(math.log(each / near)))


@pytest.fixture(scope="module")
def contours() -> dict[str, list[tuple[float, float, float]]]:
    tones = Tones(48, seed=5)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in tones.classes}
    for sound, label in zip(*tones.tensors, strict=True):
        way = [pitch(sound[0], 0.12)]
        for place in PLACES:
            way.append(in_octave(pitch(sound[0], place), way[-1]))
        found[tones.classes[label]].append((way[0], way[len(way) // 2], way[-1]))
    return found


def test_level_stays(contours: dict[str, list[tuple[float, float, float]]]) -> None:
    for pitches in contours["level"]:
        assert max(pitches) < 1.05 * min(pitches)


def test_rising_rises(contours: dict[str, list[tuple[float, float, float]]]) -> None:
    for first, middle, last in contours["rising"]:
        assert last > 1.12 * first
        assert middle > 0.97 * first


def test_dipping_falls_and_rises(contours: dict[str, list[tuple[float, float, float]]]) -> None:
    for first, middle, last in contours["dipping"]:
        assert middle < 0.99 * first
        assert last > 1.2 * middle


def test_falling_falls(contours: dict[str, list[tuple[float, float, float]]]) -> None:
    for first, middle, last in contours["falling"]:
        assert first > middle > 1.1 * last


def test_it_is_sound_of_half_a_second() -> None:
    tones = Tones(10)
    sounds, labels = tones.tensors
    assert tones.sample_rate == 8000
    assert sounds.shape == (10, 1, 4000)
    assert sounds.dtype == torch.float32
    assert labels.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    assert 0.49 < sounds.abs().amax(dim=2).min() <= sounds.abs().max() < 1
    assert torch.equal(sounds[:, 0, 0], torch.zeros(10))
    assert Tones(2, seconds=1.25).tensors[0].shape == (2, 1, 10_000)


def test_the_seed_decides_all() -> None:
    first, again, other = (Tones(4, seed=seed).tensors[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_resonator_rings_at_its_formant() -> None:
    click = torch.zeros(2, 800)
    click[:, 0] = 1
    formants = torch.tensor([500.0, 2000.0])
    rung = resonated(click, formants / 8000, 60 / 8000)
    spectrum = torch.fft.rfft(rung, 8000).abs()
    assert (spectrum.argmax(dim=1) - formants).abs().max() < 3
    torch.testing.assert_close(spectrum[:, 0], torch.ones(2), atol=1e-3, rtol=0)
    half = spectrum.amax(dim=1) / 2**0.5
    for row, formant, height in zip(spectrum, (500, 2000), half, strict=True):
        assert row[formant - 28] > height > row[formant - 33]


def test_the_folds_open_slowly_close_fast_and_stay_closed() -> None:
    flow = glottal_flow(torch.arange(0, 2, 0.01))
    assert flow.argmax() == 40
    assert flow[56:100].abs().max() < 1e-5
    torch.testing.assert_close(flow[:100], flow[100:], atol=1e-4, rtol=0)
