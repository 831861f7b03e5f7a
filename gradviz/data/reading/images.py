"""Images in a folder a class."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from msgspec import Meta, Struct
from PIL import Image
from torch.utils.data import Dataset

from gradviz.data.reading.files import unreadable
from gradviz.data.reading.folders import ClassFolder
from gradviz.data.reading.skipped import keep
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_
from gradviz.spec.model import Size

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
"""What Pillow may read: nothing that starts another program."""
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".pgm", ".tif", ".tiff", ".webp"}
)
GREY = ("1", "L", "I", "I;16", "I;16B", "I;16L")
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}
"""How a whole file of a format ends."""
REFUSALS = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, RuntimeError),
    *(MemoryError, OverflowError, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises for damaged files."""


class Look(Struct, frozen=True):
    """What the head of a file says."""

    size: tuple[int, int]
    grey: bool


class FolderImages(Dataset[tuple[Any, int]]):
    """Images of a folder, opened when they are asked for.

    A sample is the image and its class: float32 (C, H, W) from 0 to 1, or with ``tensor=False`` a
    Pillow image. Images are grey if all are, else RGB. Of each file the head is read, and whether
    its end is there; only a file that ends oddly is decoded at once to see whether it is damaged.
    """

    def __init__(self, path: str, size: tuple[int, ...], *, tensor: bool) -> None:
        found = ClassFolder(path, SUFFIXES)
        self.classes = found.classes
        self.skipped = found.skipped
        self.root = found.root
        self.names: list[str] = []
        self.labels: list[int] = []
        self._size = size
        self._tensor = tensor
        sizes: dict[tuple[int, int], str] = {}
        grey = True
        for each in found.files():
            try:
                look = _look(each.path)
            except REFUSALS as error:
                keep(self.skipped, each.name, _reason(error, each.path))
                continue
            self.names.append(each.name)
            self.labels.append(each.label)
            sizes.setdefault(look.size, each.name)
            grey = grey and look.grey
        if not self.names:
            raise DataError(
                N_("there is no image in its folders ({skipped} files were left out)"),
                where=path,
                mend=N_("put images (PNG, JPEG, …) of each class into a folder with its name"),
                skipped=len(self.skipped),
            )
        found.empty(set(self.labels))
        self._mode = "L" if grey else "RGB"
        if tensor and not size and len(sizes) > 1:
            self._complain(sizes)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        file = self.root / self.names[index]
        try:
            with _opened(file) as image:
                read = converted(image, self._mode)
        except REFUSALS as error:
            raise unreadable(str(file), error) from error
        if self._size:
            height, width = self._size[0], self._size[-1]
            read = read.resize((width, height), Image.Resampling.BILINEAR)
        return as_tensor(read) if self._tensor else read, self.labels[index]

    def _complain(self, sizes: dict[tuple[int, int], str]) -> None:
        (one, name), (other, another), *_ = sizes.items()
        raise DataError(
            N_("the images are of {count} sizes, such as {one} ({name}) and {other} ({another})"),
            where=str(self.root),
            mend=N_("set size, such as [32, 32]; or tensor to false, and transforms to Resize and "
                    "ToTensor"),
            count=len(sizes),
            one="×".join(map(str, one)),
            name=name,
            other="×".join(map(str, other)),
            another=another,
        )  # fmt: skip


@DATASETS.add("files")
def ImageFolder(
    path: str = "",
    size: Annotated[tuple[Size, ...], Meta(max_length=2)] = (),
    tensor: bool = True,
) -> FolderImages:
    """Images of your own: a folder that holds a folder for each class. With a size (height, width)
    they are resized.
    """
    return FolderImages(path, size, tensor=tensor)


def converted(image: Image.Image, mode: str) -> Image.Image:
    """The image in grey or RGB, decoded. 16 bits of grey become 8."""
    if image.mode.startswith("I"):
        levels = np.asarray(image).astype(np.int64) >> 8
        image = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    if image.mode == "P":  # Pillow would warn of colours that are transparent
        image = image.convert("RGBA")
    return image.convert(mode)


def as_tensor(image: Image.Image) -> torch.Tensor:
    """float32 (C, H, W) from 0 to 1, as torchvision's ToTensor has it."""
    pixels = np.array(image)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float().div(255)


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """The image; a bomb by Pillow's limit is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        if not file.is_file():
            raise FileNotFoundError(0, "there is no such file any more")
        with Image.open(file, formats=FORMATS) as image:
            yield image


def _look(file: Path) -> Look:
    """What the head says; raises one of `REFUSALS` for a damaged file."""
    with _opened(file) as image:
        if image.mode == "F":
            raise ValueError("its pixels are floats")
        look = Look(image.size, image.mode in GREY)
        end = ENDS.get(image.format or "", b"")
        if not end or not _ends_with(file, end):
            image.load()
        return look


def _ends_with(file: Path, end: bytes) -> bool:
    with file.open("rb") as stream:
        stream.seek(-min(64, stream.seek(0, os.SEEK_END)), os.SEEK_END)
        return end in stream.read()


def _reason(error: BaseException, file: Path) -> str:
    if file.stat().st_size == 0:
        return N_("empty file")
    said = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    said = said.replace(str(file), file.name).partition(" <")[0]
    return said or type(error).__name__
