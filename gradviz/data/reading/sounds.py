"""Sounds in a folder a class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor
from torch.utils.data import Dataset

from gradviz.data.reading.extras import needed
from gradviz.data.reading.files import unreadable
from gradviz.data.reading.folders import ClassFolder
from gradviz.data.reading.skipped import keep
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

SUFFIXES = frozenset({".wav", ".flac", ".ogg"})
LARGEST = 1 << 28
"""The most numbers that a sound may have if it is read as a whole."""
Count = Annotated[int, Meta(ge=0, le=LARGEST)]
Rate = Annotated[int, Meta(ge=0, le=10_000_000)]


class FolderSounds(Dataset[tuple[Tensor, int]]):
    """Sounds of a folder, read when they are asked for.

    A sample is float32 (channels, length) from -1 to 1, and its class. Of each file the head is
    read at first. Raises `DataError` for sounds that differ in rate, channels or length.
    """

    def __init__(self, path: str, sample_rate: int, length: int, *, mono: bool) -> None:
        self._soundfile = needed("soundfile", "audio", where=path or "path")
        found = ClassFolder(path, SUFFIXES)
        self.classes = found.classes
        self.skipped = found.skipped
        self.root = found.root
        self.length = length
        self._mono = mono
        self.names: list[str] = []
        self.labels: list[int] = []
        rates: dict[int, str] = {}
        channels: dict[int, str] = {}
        lengths: dict[int, str] = {}
        for each in found.files():
            try:
                info = self._soundfile.info(str(each.path))
            except (self._soundfile.SoundFileError, OSError, ValueError) as error:
                keep(self.skipped, each.name, _reason(error, each.path))
                continue
            reason = _odd(info, sample_rate, length)
            if reason:
                keep(self.skipped, each.name, reason)
                continue
            self.names.append(each.name)
            self.labels.append(each.label)
            rates.setdefault(info.samplerate, each.name)
            channels.setdefault(1 if mono else info.channels, each.name)
            lengths.setdefault(length or info.frames, each.name)
        if not self.names:
            raise DataError(
                N_("there is no sound in its folders ({skipped} files were left out)"),
                where=path,
                mend=N_("put WAV, FLAC or OGG files of each class into a folder with its name"),
                skipped=len(self.skipped),
            )
        found.empty(set(self.labels))
        self._alike(
            rates,
            N_("the sounds differ in sample rate: {one} Hz ({name}), {other} Hz ({another})"),
            N_("set sample_rate to that of the sounds to keep; the others are left out"),
        )
        self._alike(
            channels,
            N_("the sounds differ in channels: {one} ({name}), {other} ({another})"),
            N_("set mono to true, which takes the mean of the channels"),
        )
        self._alike(
            lengths,
            N_("the sounds differ in length: {one} ({name}), {other} ({another})"),
            N_("set length to cut them, or pad them with silence, such as {rate} for one second"),
            rate=next(iter(rates)),
        )
        self.sample_rate = next(iter(rates))

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        file = self.root / self.names[index]
        try:
            if not file.is_file():
                raise FileNotFoundError(0, "there is no such file any more")
            wave, _ = self._soundfile.read(
                str(file), frames=self.length or -1, dtype="float32", always_2d=True
            )
        except (self._soundfile.SoundFileError, OSError, ValueError) as error:
            raise unreadable(str(file), error) from error
        sound = torch.from_numpy(wave).T.contiguous()
        if self._mono:
            sound = sound.mean(0, keepdim=True)
        if self.length:
            sound = torch.nn.functional.pad(sound, (0, self.length - sound.shape[1]))
        return sound, self.labels[index]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_soundfile": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._soundfile = needed("soundfile", "audio", where=str(self.root))

    def _alike(self, seen: dict[int, str], what: str, mend: str, **fields: object) -> None:
        if len(seen) > 1:
            (one, name), (other, another), *_ = seen.items()
            given = {"one": one, "name": name, "other": other, "another": another, **fields}
            raise DataError(what, where=str(self.root), mend=mend, **given)


@DATASETS.add("files")
def Sounds(
    path: str = "", sample_rate: Rate = 0, length: Count = 0, mono: bool = False
) -> FolderSounds:
    """WAV, FLAC or OGG files of your own: a folder that holds a folder for each class. A length in
    samples cuts or pads them; with a sample rate only those that have it are taken.
    """
    return FolderSounds(path, sample_rate, length, mono=mono)


def _odd(info: Any, sample_rate: int, length: int) -> str:
    """Why a sound is left out."""
    if info.frames < 1 or info.channels < 1:
        return N_("it holds no sound")
    if sample_rate and info.samplerate != sample_rate:
        return f"{info.samplerate} Hz"
    if (length or info.frames) * info.channels > LARGEST:
        return N_("it is too long to be read as a whole")
    return ""


def _reason(error: Exception, file: Path) -> str:
    if file.stat().st_size == 0:
        return N_("empty file")
    said = getattr(error, "error_string", None) or str(error).partition("\n")[0]
    return str(said).replace(str(file), file.name) or type(error).__name__
