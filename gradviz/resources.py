"""Where the files that come with gradviz are."""

from __future__ import annotations

from pathlib import Path


def assets() -> Path:
    """The folder of fonts, translations, examples and sample data.

    A wheel carries it inside the package; a checkout and an editable install have it beside it.
    """
    inside = Path(__file__).parent / "assets"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "assets"
