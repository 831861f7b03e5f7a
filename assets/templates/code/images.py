"""What a project with a folder of images has in its code: the images, read without gradviz."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset


class FolderImages(Dataset):
    """Images and their classes: ``files`` are the names by the folder of each class."""

    def __init__(self, path: str, size: tuple[int, ...] = (), tensor: bool = True) -> None:
        suffixes = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
        suffixes += (".ppm", ".pgm", ".tif", ".tiff", ".webp")
        self.size, self.tensor = size, tensor
        self.files, modes = [], set()
        folders = sorted(each for each in Path(path).iterdir() if self.is_class(each))
        for label, folder in enumerate(folders):
            found = [each for each in folder.rglob("*") if each.suffix.lower() in suffixes]
            for file in sorted(found, key=lambda each: (str(each.parent), each.name)):
                if self.is_inside(file, Path(path)):
                    try:
                        with Image.open(file) as image:
                            image.load()
                            modes.add(image.mode)
                        self.files.append((file, label))
                    except (OSError, SyntaxError, ValueError):
                        continue  # a damaged file
        grey = {"1", "L", "I", "I;16", "I;16B", "I;16L"}
        self.mode = "L" if modes <= grey else "RGB"

    def is_class(self, path: Path) -> bool:
        """Whether it is a folder of images."""
        return path.is_dir() and not path.is_symlink() and not path.name.startswith(".")

    def is_inside(self, file: Path, root: Path) -> bool:
        """Whether it is a file of the folder, neither hidden nor a link that leads out of it."""
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        return not hidden and file.is_file() and root.resolve() in file.resolve().parents

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        file, label = self.files[index]
        with Image.open(file) as image:
            if image.mode.startswith("I"):  # 16 bits of grey
                levels = np.asarray(image).astype(np.int64) >> 8
                image = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
            image = image.convert("RGBA") if image.mode == "P" else image
            image = image.convert(self.mode)
        if self.size:
            image = image.resize((self.size[-1], self.size[0]), Image.Resampling.BILINEAR)
        if not self.tensor:
            return image, label
        pixels = torch.from_numpy(np.array(image))
        pixels = pixels.permute(2, 0, 1) if pixels.ndim == 3 else pixels[None]
        return pixels.contiguous().float().div(255), label
