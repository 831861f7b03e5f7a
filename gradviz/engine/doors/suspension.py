"""Leaving torch alone for a while, in the middle of a recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gradviz.engine.doors.doors import reopen_doors, shut_doors
from gradviz.engine.doors.modes import switch_off, switch_on
from gradviz.trace.aside import pause_by


def suspend() -> None:
    """Until `resume`, this thread runs as if nothing was recorded."""
    if switch_off():
        shut_doors()


def resume() -> None:
    """Undo `suspend`; does nothing if this thread is not suspended."""
    if switch_on():
        reopen_doors()


@contextmanager
def suspended() -> Iterator[None]:
    """The block runs as if nothing was recorded, also if that was so already."""
    if not switch_off():
        yield
        return
    shut_doors()
    try:
        yield
    finally:
        resume()


pause_by(suspended)
