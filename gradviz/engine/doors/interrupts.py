"""Ctrl-C, which Python raises between any two steps: also when a hook is on but not yet noted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_held = False


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C in the block comes right after it, as ever."""
    global _held
    handler = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()  # the only one that it comes to
    if _held or not main or not callable(handler):
        yield
        return
    missed: list[tuple[int, FrameType | None]] = []
    try:
        signal.signal(signal.SIGINT, lambda *received: missed.append(received))
        _held = True
        yield
    finally:
        _held = False
        signal.signal(signal.SIGINT, handler)
        if missed:
            handler(*missed[-1])
