"""How long a download may take, how often it is tried, and the clock that it goes by."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Times are in seconds.

    A server that sends less than ``slowest`` bytes a second, over a ``window``, is left. After
    ``tries`` rounds through all addresses in which nothing was gained, the download is given up; a
    round waits twice as long as the one before, from ``pause`` up to ``longest``.
    """

    connect: float = 10.0
    read: float = 30.0
    window: float = 60.0
    slowest: float = 64.0
    tries: int = 4
    pause: float = 1.0
    longest: float = 60.0
    redirects: int = 5


USUAL = Limits()


class Clock(Struct, frozen=True):
    """What time it is, in seconds from anywhere, and how to wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL = Clock()


class Progress(Struct, frozen=True):
    """How far a file is: bytes of all its bytes."""

    name: str
    done: int
    total: int


Tell = Callable[[Progress], None]
"""Is told of progress. What it raises ends the download; the part is kept, to go on from."""


def quiet(progress: Progress) -> None:
    """Tell nobody."""
