"""What a picture was made with, in one line: seed and versions."""

from __future__ import annotations

from importlib import metadata

import gradviz
from gradviz.i18n import gettext


def stamp_of(seed: int | None = None) -> str:
    """``seed 0 · torch 2.13.0 · gradviz 0.1.0``; torch itself is not loaded for it."""
    parts = [] if seed is None else [gettext("seed {seed}").format(seed=seed)]
    return " · ".join(
        [*parts, f"torch {metadata.version('torch')}", f"gradviz {gradviz.__version__}"]
    )
