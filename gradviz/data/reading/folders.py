"""Folders that hold a folder a class, as torchvision's ImageFolder reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gradviz.data.letters import Skipped
from gradviz.data.reading.files import folder, unreadable
from gradviz.data.reading.skipped import keep
from gradviz.errors import DataError
from gradviz.i18n import N_


class Found(NamedTuple):
    """A file, its name as seen from the folder of all, and its class."""

    path: Path
    name: str
    label: int


class ClassFolder:
    """The files of a folder by their classes, in torchvision's order.

    Hidden files and folders, links that lead out of the folder, devices, and links to folders are
    left out; ``skipped`` lists all but the hidden ones. Raises `DataError` if no folder is in it.
    """

    def __init__(self, path: str, suffixes: frozenset[str]) -> None:
        self.root = folder(path)
        self.skipped: list[Skipped] = []
        self._suffixes = suffixes
        self._inside = self.root.resolve()
        try:
            entries = sorted(os.scandir(self.root), key=lambda entry: entry.name)
        except OSError as error:
            raise unreadable(path, error) from error
        folders = []
        for entry in entries:
            if entry.name.startswith(".") or not entry.is_dir():
                continue
            if entry.is_symlink():
                keep(self.skipped, entry.name, N_("a link to a folder"))
            else:
                folders.append(entry.name)
        self.classes = tuple(folders)
        if not self.classes:
            raise DataError(
                N_("it holds no folders, one for each class"),
                where=path,
                mend=N_("put the files of each class into a folder with its name"),
            )

    def files(self) -> Iterator[Found]:
        """The files with one of the suffixes."""
        for label, name in enumerate(self.classes):
            for inside, folders, files in sorted(os.walk(self.root / name)):
                where = Path(inside).relative_to(self.root)
                for each in sorted(folders):
                    if (Path(inside) / each).is_symlink():
                        keep(self.skipped, (where / each).as_posix(), N_("a link to a folder"))
                if any(part.startswith(".") for part in where.parts):
                    continue
                for each in sorted(files):
                    found = Found(Path(inside) / each, (where / each).as_posix(), label)
                    if not each.startswith(".") and found.path.suffix.lower() in self._suffixes:
                        reason = self._refused(found.path)
                        if reason:
                            keep(self.skipped, found.name, reason)
                        else:
                            yield found

    def empty(self, labels: set[int]) -> None:
        """Note the classes of which there is no file."""
        for label, name in enumerate(self.classes):
            if label not in labels:
                keep(self.skipped, name, N_("no file of this class can be read"))

    def _refused(self, path: Path) -> str:
        if path.is_symlink():
            try:
                if not path.resolve(strict=True).is_relative_to(self._inside):
                    return N_("a link out of the folder")
            except (OSError, RuntimeError):
                return N_("a link to nothing")
        return "" if path.is_file() else N_("no ordinary file")
