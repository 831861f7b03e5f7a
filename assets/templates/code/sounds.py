"""What a project with a folder of sounds has in its code: the sounds, read without gradviz."""

from pathlib import Path

import soundfile
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import Dataset


class FolderSounds(Dataset):
    """Sounds and their classes: ``files`` are the names by the folder of each class."""

    def __init__(
        self, path: str, sample_rate: int = 0, length: int = 0, mono: bool = False
    ) -> None:
        self.length, self.mono, self.files = length, mono, []
        suffixes = (".wav", ".flac", ".ogg")
        folders = sorted(each for each in Path(path).iterdir() if self.is_class(each))
        for label, folder in enumerate(folders):
            found = [each for each in folder.rglob("*") if each.suffix.lower() in suffixes]
            for file in sorted(found, key=lambda each: (str(each.parent), each.name)):
                if self.is_inside(file, Path(path)):
                    try:
                        info = soundfile.info(file)
                    except soundfile.SoundFileError:
                        continue  # a damaged file
                    if info.frames and (not sample_rate or info.samplerate == sample_rate):
                        self.files.append((file, label))

    def is_class(self, path: Path) -> bool:
        """Whether it is a folder of sounds."""
        return path.is_dir() and not path.is_symlink() and not path.name.startswith(".")

    def is_inside(self, file: Path, root: Path) -> bool:
        """Whether it is a file of the folder, neither hidden nor a link that leads out of it."""
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        return not hidden and file.is_file() and root.resolve() in file.resolve().parents

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        file, label = self.files[index]
        wave, _ = soundfile.read(file, frames=self.length or -1, dtype="float32", always_2d=True)
        sound = torch.from_numpy(wave).T.contiguous()
        sound = sound.mean(0, keepdim=True) if self.mono else sound
        if self.length:
            sound = F.pad(sound, (0, self.length - sound.shape[1]))
        return sound, label
