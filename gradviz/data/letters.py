"""Images of letters A to J in the layout of NotMNIST (Yaroslav Bulatov, 2011)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from msgspec import Struct
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_
from gradviz.resources import assets

LETTERS = "ABCDEFGHIJ"
SIZE = 28
_LARGEST_FILE = 1 << 20  # the real files are below 2 kB; a larger member is no letter
_LARGEST_SUM = 1 << 30  # the large NotMNIST unpacks to a quarter of this


class Skipped(Struct, frozen=True):
    """A file that is no usable image, and why."""

    name: str
    reason: str


class LetterImages(Dataset[tuple[Tensor, int]]):
    """A folder or a ``.tar.gz`` with a folder a letter of 28×28 greyscale PNGs.

    A sample is the image as float32 (1, 28, 28) from 0 to 1 and its class, 0 for A to 9 for J.
    Damaged files are left out and listed in ``skipped``. Nothing is ever unpacked to the disk.
    Raises `DataError` when there is no such place or no image in it.
    """

    classes = tuple(LETTERS)

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped: list[Skipped] = []
        images: list[np.ndarray] = []
        labels: list[int] = []
        self.names: list[str] = []
        for name, letter, content in _files(path):
            pixels = self._decoded(name, content)
            if pixels is not None:
                images.append(pixels)
                labels.append(LETTERS.index(letter))
                self.names.append(name)
        if not images:
            raise DataError(
                N_("there are no letter images here"),
                where=str(path),
                mend=N_("give a folder (or .tar.gz) that holds folders A to J of PNG files"),
            )
        self.images = torch.from_numpy(np.stack(images))
        self.labels = torch.tensor(labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index].float().div(255).unsqueeze(0), int(self.labels[index])

    def _decoded(self, name: str, content: bytes) -> np.ndarray | None:
        try:
            with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
                if image.size != (SIZE, SIZE):
                    size = "×".join(map(str, image.size))
                    raise ValueError(f"is {size} pixels, not {SIZE}×{SIZE}")
                return np.asarray(image.convert("L"))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            said = str(error).partition(":")[0].partition(" <")[0]
            reason = said if content else "empty file"
            self.skipped.append(Skipped(name, reason))
            return None


@DATASETS.add("images")
def Letters(path: str = "") -> LetterImages:
    """Letters A to J in many typefaces; with a path, your own NotMNIST folder or archive."""
    return LetterImages(Path(path) if path else assets() / "letters" / "notMNIST_sample.tar.gz")


def _files(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Name, letter and content of every PNG that lies in a folder called A to J, sorted by name."""
    if not path.exists():
        raise DataError(
            N_("there is no such dataset"),
            where=str(path),
            mend=N_("correct the path, or leave it out for the sample that comes with gradviz"),
        )
    try:
        if not path.is_dir() and not path.is_file():
            raise OSError(0, "it is no ordinary file")
        yield from _folder(path) if path.is_dir() else _archive(path)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise DataError(
            N_("cannot be read as a folder or archive of images ({reason})"),
            where=str(path),
            mend=N_("give a folder or a .tar.gz as NotMNIST has it"),
            reason=getattr(error, "strerror", None) or error,
        ) from error


def _folder(path: Path) -> Iterator[tuple[str, str, bytes]]:
    for file in sorted(path.rglob("*.png")):
        if file.parent.name in LETTERS and file.is_file():
            yield file.relative_to(path).as_posix(), file.parent.name, file.read_bytes()


def _archive(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with tarfile.open(path, "r:*") as archive:
        found = []
        total = 0
        for member in archive:
            name = PurePosixPath(member.name)
            if not member.isfile() or name.suffix != ".png" or name.parent.name not in LETTERS:
                continue
            content = b""
            total += min(member.size, _LARGEST_FILE)
            if total > _LARGEST_SUM:
                raise tarfile.TarError("more than 1 GiB of images")
            if member.size <= _LARGEST_FILE:
                stream = archive.extractfile(member)
                content = stream.read() if stream else b""
            found.append((member.name, name.parent.name, content))
    yield from sorted(found)
