"""Spoken tones: a voice made of a source and a filter, as phonetics explains it."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor

from gradviz.data.labelled import LabelledTensors
from gradviz.data.points import Spread
from gradviz.data.tables import DATASETS
from gradviz.spec.data import Seed

Count = Annotated[int, Meta(ge=1, le=20_000)]
Seconds = Annotated[float, Meta(ge=0.1, le=5)]


@DATASETS.add("signals")
def Tones(
    count: Count = 200, seconds: Seconds = 0.5, breath: Spread = 0.01, seed: Seed = 0
) -> LabelledTensors:
    """A vowel spoken in one of the four tones of Mandarin, by many voices: sound (1, 4000) from -1
    to 1, at 8 kHz, and the tone: level, rising, dipping and falling are the classes 0 to 3.

    The pitches are those of Chao's tone letters (1930), 55, 35, 214 and 51, on a scale of about an
    octave; the vowels have the formants of Peterson and Barney (1952); source and filter are those
    of Fant (1960) and Klatt (1980).
    """
    rate = 8000
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 4
    vowel = torch.randint(3, (count,), generator=generator)  # a, i, u
    lowest, octaves, size, loudness = torch.rand(4, count, 1, generator=generator)
    letters = torch.tensor([[5.0, 5, 5], [3, 3.5, 5], [2, 1, 4], [5, 3.8, 1]])[label]
    time = torch.linspace(0, 1, round(rate * seconds))
    passing = torch.stack(
        ((1 - 2 * time) * (1 - time), 4 * time * (1 - time), time * (2 * time - 1))
    )
    height = (letters @ passing - 1) / 4  # a parabola through the three letters, from 0 to 1
    pitch = 85 * 2**lowest * 2 ** ((0.8 + 0.4 * octaves) * height)
    sound = glottal_flow((pitch / rate).cumsum(dim=1)).diff(dim=1, prepend=torch.zeros(count, 1))
    sound += breath * torch.randn(sound.shape, generator=generator)
    formants = torch.tensor([[730.0, 1090, 2440], [270, 2290, 3010], [300, 870, 2240]])[vowel]
    formants *= 0.95 + 0.15 * size  # the shorter the throat, the higher
    for place, bandwidth in enumerate((60, 90, 150)):
        sound = resonated(sound, formants[:, place] / rate, bandwidth / rate)
    sound *= (time / 0.06).clamp(max=1) * ((1 - time) / 0.15).clamp(max=1)
    sound *= (0.5 + 0.4 * loudness) / sound.abs().amax(dim=1, keepdim=True)
    classes = ("level", "rising", "dipping", "falling")
    return LabelledTensors(sound[:, None], label, classes=classes, sample_rate=rate)


def glottal_flow(periods: Tensor) -> Tensor:
    """The air that the vocal folds let through, by how many periods are over: they open slowly,
    close fast, and stay closed (Rosenberg 1971).
    """
    turn = periods % 1
    opening = 0.5 - 0.5 * torch.cos(torch.pi * turn / 0.4)
    closing = torch.cos(torch.pi / 2 * (turn - 0.4) / 0.16)
    return torch.where(turn < 0.4, opening, closing * (turn < 0.56))


def resonated(sound: Tensor, formant: Tensor, bandwidth: float) -> Tensor:
    """Klatt's resonator: y[n] = a x[n] + b y[n-1] + c y[n-2], with one formant a row."""
    radius = torch.exp(torch.tensor(-torch.pi * bandwidth))
    b, c = 2 * radius * torch.cos(2 * torch.pi * formant), -radius.square()
    a = 1 - b - c
    y = [torch.zeros_like(formant), torch.zeros_like(formant)]
    for x in sound.unbind(1):
        y.append(a * x + b * y[-1] + c * y[-2])
    return torch.stack(y[2:], dim=1)
