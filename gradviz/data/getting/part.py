"""The part of a file that is there, and what is known of it, so that a download can go on."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from gradviz.files import writing


class Known(Struct, frozen=True):
    """Which file it is a part of: the address that it came from, and the server's mark of it."""

    address: str
    mark: str


class Part:
    """``NAME.part`` beside a file, and ``NAME.part.json`` with what is known of it."""

    def __init__(self, file: Path) -> None:
        self.file = file.with_name(f"{file.name}.part")
        self._note = file.with_name(f"{file.name}.part.json")

    @property
    def size(self) -> int:
        """How many bytes are there."""
        try:
            return self.file.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def known(self) -> Known | None:
        """What is known; nothing of a part that somebody else put there."""
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=Known)
        except (OSError, msgspec.DecodeError):
            return None

    def begin(self, known: Known) -> None:
        """Forget what is there, for another file."""
        self.remove()
        with writing(self._note) as stream:
            stream.write(msgspec.json.encode(known))

    def remove(self) -> None:
        """Leave nothing of it."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def become(self, file: Path) -> None:
        """The part is whole: it is the file from now on."""
        self.file.replace(file)
        self._note.unlink(missing_ok=True)
