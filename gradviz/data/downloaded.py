"""What a download holds: how many images, and which of its files are damaged."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from gradviz.data.catalogue import DATASETS
from gradviz.data.getting.sources import Source
from gradviz.data.letters import Skipped


class Downloaded(Struct, frozen=True):
    """A dataset that was downloaded, its folder, and what was found there."""

    source: Source
    folder: Path
    images: int
    skipped: tuple[Skipped, ...] = ()


def downloaded(source: Source, folder: Path) -> Downloaded:
    """Look at every image of a folder. Raises `DataError` if there is none."""
    settings = DATASETS[source.kind].form.__struct_fields__
    parts = [{"train": train} for train in (True, False)] if "train" in settings else [{}]
    images = 0
    skipped: list[Skipped] = []
    for part in parts:
        made = DATASETS.made(source.kind, {"path": str(folder), **part}, where=source.name)
        images += len(made)  # type: ignore[arg-type]
        skipped += getattr(made, "skipped", [])
    return Downloaded(source, folder, images, tuple(skipped))
