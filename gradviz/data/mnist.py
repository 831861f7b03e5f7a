"""MNIST and FashionMNIST: grey images of 28×28 with ten classes, in IDX files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from gradviz.data.getting.cache import unpacked_of
from gradviz.data.getting.sources import SOURCES
from gradviz.data.idx import read_idx
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


class IdxImages(Dataset[tuple[Tensor, int]]):
    """Images and their classes from two IDX files.

    A sample is the image as float32 (1, H, W) from 0 to 1 and its class. Raises `DataError` for
    files that cannot be read, or that do not belong together.
    """

    def __init__(self, images: Path, labels: Path, classes: tuple[str, ...]) -> None:
        self.classes = classes
        pixels, numbers = read_idx(images), read_idx(labels)
        fits = pixels.ndim == 3 and numbers.shape == pixels.shape[:1] and len(pixels) > 0
        if not fits or pixels.dtype != np.uint8 or numbers.dtype != np.uint8:
            raise DataError(
                N_("the images {images} and the labels {labels} do not belong together"),
                where=str(images),
                mend=N_("give files as MNIST has them: as many labels as images"),
                images=f"{pixels.shape} {pixels.dtype}",
                labels=f"{numbers.shape} {numbers.dtype}",
            )
        if numbers.max() >= len(classes):
            raise DataError(
                N_("the label {label} is none of the {count} classes"),
                where=str(labels),
                mend=N_("correct the labels: they count from 0"),
                label=int(numbers.max()),
                count=len(classes),
            )
        self.images = torch.from_numpy(pixels)
        self.labels = torch.from_numpy(numbers).long()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index].float().div(255).unsqueeze(0), int(self.labels[index])


@DATASETS.add("images")
def MNIST(path: str = "", train: bool = True) -> IdxImages:
    """Digits in handwriting, once “gradviz data get mnist” has downloaded them; or those of your
    own folder.
    """
    return _images("mnist", path, train=train, classes=tuple("0123456789"))


@DATASETS.add("images")
def FashionMNIST(path: str = "", train: bool = True) -> IdxImages:
    """Clothes and shoes, once “gradviz data get fashion-mnist” has downloaded them; or those of
    your own folder.
    """
    return _images("fashion-mnist", path, train=train, classes=CLOTHES)


def files_of(name: str, path: str, *, train: bool) -> tuple[Path, Path]:
    """The files of images and labels: in the folder, else where the download of that name is. They
    may be gzipped.
    """
    folder = Path(path) if path else unpacked_of(SOURCES[name])
    part = "train" if train else "t10k"
    plain = folder / f"{part}-images-idx3-ubyte", folder / f"{part}-labels-idx1-ubyte"
    images, labels = (
        packed if (packed := file.with_name(f"{file.name}.gz")).exists() else file for file in plain
    )
    return images, labels


def _images(name: str, path: str, *, train: bool, classes: tuple[str, ...]) -> IdxImages:
    images, labels = files_of(name, path, train=train)
    for file in (images, labels):
        if not file.is_file():
            raise DataError(
                N_("there is no such dataset"),
                where=str(file.parent),
                mend=N_("get it from the network: gradviz data get {name}; or correct the path"),
                name=name,
            )
    return IdxImages(images, labels, classes)
