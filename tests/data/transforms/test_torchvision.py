"""Transforms that torchvision has too: the same numbers, and the same random draws."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from gradviz.data.catalogue import TRANSFORMS
from gradviz.errors import DataError

CASES: list[tuple[str, dict[str, Any]]] = [
    ("Resize", {"size": 8}),
    ("Resize", {"size": [9, 30]}),
    ("Resize", {"size": [9, 30], "interpolation": "nearest"}),
    ("Resize", {"size": [40, 30], "interpolation": "bicubic"}),
    ("CenterCrop", {"size": 11}),
    ("CenterCrop", {"size": [12, 30]}),
    ("CenterCrop", {"size": [31, 32]}),
    ("RandomCrop", {"size": 17, "padding": 4}),
    ("RandomCrop", {"size": [20, 10]}),
    ("RandomHorizontalFlip", {}),
    ("RandomVerticalFlip", {}),
    ("RandomRotation", {"degrees": 30}),
    ("RandomRotation", {"degrees": [5, 70.5]}),
    ("Grayscale", {}),
    ("Grayscale", {"num_output_channels": 3}),
    ("GaussianNoise", {}),
    ("GaussianNoise", {"mean": 0.1, "sigma": 0.3, "clip": False}),
    ("Normalize", {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}),
]
OF_TENSORS = {"GaussianNoise", "Normalize"}


def images() -> list[Any]:
    """In colour and in grey, of Pillow and as tensors."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (20, 17, 3), dtype=torch.uint8, generator=generator)
    tensor = pixels.permute(2, 0, 1).float().div(255)
    pillow = [Image.fromarray(pixels.numpy()), Image.fromarray(pixels[:, :, 0].numpy())]
    return [tensor, tensor.double(), *pillow]


def numbers(image: Any) -> Tensor:
    return image if isinstance(image, Tensor) else torch.from_numpy(np.array(image))


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_the_bits_are_those_of_torchvision(name: str, settings: dict[str, Any]) -> None:
    try:
        v2 = importlib.import_module("torchvision.transforms.v2")
    except (ImportError, OSError, RuntimeError):
        pytest.skip("needs torchvision")
    ours, theirs = TRANSFORMS.made(name, settings, where=""), getattr(v2, name)(**settings)
    for image in images()[: 2 if name in OF_TENSORS else None]:
        for seed in range(4):
            torch.manual_seed(seed)
            wanted, state = numbers(theirs(image)), torch.get_rng_state()
            torch.manual_seed(seed)
            got = numbers(ours(image))
            assert got.dtype == wanted.dtype
            assert got.equal(wanted)
            assert torch.get_rng_state().equal(state)


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_the_same_seed_draws_the_same_and_the_image_stays(
    name: str, settings: dict[str, Any]
) -> None:
    change = TRANSFORMS.made(name, settings, where="")
    for image in images()[: 2 if name in OF_TENSORS else None]:
        before = numbers(image).clone()
        torch.manual_seed(1)
        first = numbers(change(image))
        torch.manual_seed(1)
        assert numbers(change(image)).equal(first)
        assert numbers(image).equal(before)


def test_what_only_torchvision_has_says_so_without_it() -> None:
    try:
        importlib.import_module("torchvision.transforms.v2")
    except (ImportError, OSError, RuntimeError):
        with pytest.raises(DataError, match="pip install torchvision"):
            TRANSFORMS.made("ColorJitter", {"brightness": 0.5}, where="")
    else:
        assert TRANSFORMS.made("ColorJitter", {"brightness": 0.5}, where="")
