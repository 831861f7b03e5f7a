"""What a project with letters has in its code: the images, read without gradviz."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset


class LetterImages(Dataset):
    """Images of letters in folders A to J, or in an archive of them, as NotMNIST has them."""

    def __init__(self, path: str) -> None:
        images, labels = [], []
        for name, content in sorted(self.files(Path(path))):
            try:
                with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
                    if image.size != (28, 28):
                        continue
                    pixels = np.asarray(image.convert("L"))
            except (OSError, SyntaxError, ValueError):
                continue  # a damaged file
            images.append(pixels)
            labels.append("ABCDEFGHIJ".index(PurePosixPath(name).parent.name))
        self.images = torch.from_numpy(np.stack(images))
        self.labels = torch.tensor(labels)

    def files(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """The name and content of each image."""
        if path.is_dir():
            for letter in "ABCDEFGHIJ":
                for file in path.rglob(f"{letter}/*.png"):
                    yield file.relative_to(path).as_posix(), file.read_bytes()
            return
        with tarfile.open(path) as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                stream = archive.extractfile(member) if member.isfile() else None
                if stream and name.suffix == ".png" and name.parent.name in list("ABCDEFGHIJ"):
                    yield member.name, stream.read()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index].float().div(255).unsqueeze(0), int(self.labels[index])
