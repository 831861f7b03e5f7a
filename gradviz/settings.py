"""What the user has chosen for every project: a small JSON file, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
import platformdirs
from msgspec import Struct

from gradviz.errors import OutputError
from gradviz.files import folder, writing

VARIABLE = "GRADVIZ_SETTINGS"
"""The environment variable that names another file than the platform's; empty means none."""

Colours: TypeAlias = Literal["system", "light", "dark", "print"]


class Settings(Struct, frozen=True, omit_defaults=True):
    """``theme`` is that of the window, or what the system has; ``language`` a key of
    `gradviz.i18n.LANGUAGES`, or None for the system's.
    """

    theme: Colours = "system"
    language: Literal["en", "ko"] | None = None


def file_of_settings() -> Path | None:
    """Where the settings are; None where nothing is to be remembered."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    return platformdirs.user_config_path("gradviz", appauthor=False) / "settings.json"


def read_settings(file: Path | None) -> Settings:
    """The settings in a file; what cannot be read, or is not there, is as at the first start."""
    if file is None:
        return Settings()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return Settings()


def write_settings(settings: Settings, file: Path | None) -> bool:
    """Write them into the file; False if that cannot be done, which spoils nothing else."""
    if file is None:
        return False
    try:
        folder(file.parent)
        with writing(file) as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(settings)))
    except (OSError, OutputError):
        return False
    return True
