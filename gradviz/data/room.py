"""Whether a dataset fits into this machine's memory, told before any of it is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import psutil

from gradviz.errors import DataError
from gradviz.i18n import N_

GIB = 2**30
NUMBERS: Mapping[str, tuple[Callable[[dict[str, Any]], int], int]] = {
    "Noise": (lambda given: given["count"] * math.prod(given["shape"]), 4),
    "RandomTensors": (
        lambda given: given["count"] * sum(map(math.prod, (*given["shapes"], given["target"]))),
        8,
    ),
    "Latent": (lambda given: given["count"] * given["size"], 4),
    "Tokens": (lambda given: given["count"] * given["length"], 24),
    "Waves": (lambda given: given["count"] * given["length"], 20),
    "Tones": (lambda given: round(given["count"] * given["seconds"] * 8000), 40),
}
"""How many numbers a dataset holds, and the bytes that each takes while they are made; the others
cannot become large.
"""


def check_room(name: str, settings: dict[str, Any]) -> None:
    """Raise `DataError` for a dataset that is larger than the machine's memory."""
    if name not in NUMBERS:
        return
    count, size = NUMBERS[name]
    needed, there = count(settings) * size, psutil.virtual_memory().total
    if needed > there:
        raise DataError(
            N_("{kind} needs {needed} GiB"),
            where="$.data.dataset",
            mend=N_("make its sizes smaller; this machine has {there} GiB"),
            kind=name,
            needed=f"{needed / GIB:,.1f}",
            there=f"{there / GIB:,.1f}",
        )
