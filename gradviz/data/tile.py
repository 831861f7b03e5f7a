"""A sample as a small picture, for contact sheets. No torch in here: pictures need none."""

from __future__ import annotations

from msgspec import Struct


class Tile(Struct, frozen=True):
    """``columns`` × ``rows`` pixels, three bytes RGB each, row by row, and a caption."""

    caption: str
    columns: int
    rows: int
    rgb: bytes
