"""Ctrl-C as a wish to stop, which whoever is at work asks for when it suits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """What this gives says whether Ctrl-C came in the block. A second one is raised as ever."""
    handler = signal.getsignal(signal.SIGINT)
    asked = threading.Event()
    main = threading.current_thread() is threading.main_thread()  # the only one that it comes to
    if not main or not callable(handler):
        yield asked.is_set
        return

    def note(*_received: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, handler)
