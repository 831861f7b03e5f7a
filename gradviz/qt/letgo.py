"""Letting go of a large structure without stopping everything else meanwhile."""

from __future__ import annotations

import threading
import time

from gradviz.qt.picture import Picture

MANY = 2000
"""A picture of fewer edges is gone at once."""
PIECE = 200
"""So many things are freed in one go."""


def let_go(picture: Picture) -> None:
    """Free what a picture consists of piece by piece, once nobody else holds it.

    Python frees a structure in one breath, in which no other thread runs: 0.1 s for 20,000 nodes.
    """
    layout = picture.layout
    if len(layout.routes) < MANY:
        return
    parts: list[list[object]] = [
        list(layout.routes),
        list(layout.places),
        list(layout.frames),
        list(picture.nodes),
        list(picture.frames),
        list(picture.ends),
    ]
    threading.Thread(target=_free, args=(parts,), name="gradviz freeing", daemon=True).start()


def _free(parts: list[list[object]]) -> None:
    while parts:
        part = parts[-1]
        del part[-PIECE:]
        if not part:
            parts.pop()
        time.sleep(0.0005)  # nobody waits for this, and others are to run in between
