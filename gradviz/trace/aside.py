"""Looking at values while a recording runs: what is computed for that is not part of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

_Pause: TypeAlias = Callable[[], AbstractContextManager[None]]

_pauses: list[_Pause] = []


def pause_by(pause: _Pause) -> None:
    """Let this context manager keep what runs in it out of the recordings of the thread."""
    _pauses[:] = [pause]


def aside() -> AbstractContextManager[None]:
    """The block is in no recording; where nothing can record, that is so anyway."""
    return _pauses[0]() if _pauses else nullcontext()
