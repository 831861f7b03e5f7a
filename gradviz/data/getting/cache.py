"""Where downloads are kept, until the user removes them."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from gradviz.data.getting.sources import Source

VARIABLE = "GRADVIZ_CACHE"
"""The environment variable that names another folder than the platform's."""


def cache_folder() -> Path:
    """Where all downloads are: where the variable says, or the user's cache of the platform."""
    asked = os.environ.get(VARIABLE)
    return Path(asked) if asked else platformdirs.user_cache_path("gradviz", appauthor=False)


def home_of(source: Source) -> Path:
    """The folder of what is downloaded of a source."""
    return cache_folder() / source.name


def unpacked_of(source: Source) -> Path:
    """The folder that a source is unpacked to, if no other is asked for."""
    return home_of(source) / source.folder
