"""What a project with MNIST has in its code: the images, read without gradviz."""

import gzip
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


class IdxImages(Dataset):
    """Images and their classes from two IDX files, as MNIST has them."""

    def __init__(self, images: str, labels: str) -> None:
        self.images = self.numbers(Path(images))
        self.labels = self.numbers(Path(labels)).long()

    def numbers(self, file: Path) -> Tensor:
        """The bytes of a file, in the sizes that its header says."""
        content = file.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        start = 4 + 4 * content[3]
        sizes = np.frombuffer(content[4:start], ">u4").tolist()
        return torch.from_numpy(np.frombuffer(content[start:], np.uint8).reshape(sizes).copy())

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index].float().div(255).unsqueeze(0), int(self.labels[index])
