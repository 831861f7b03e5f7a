"""A mouse on an X server, by its XTEST extension: what a user does, as the server tells it."""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from itertools import pairwise

LEFT = 1
STEPS = 12
PAUSE = 15
"""Milliseconds that the server waits before each movement: a drag is not one jump."""


class Mouse:
    """Moves in a thread of its own, since Qt's drag waits in a loop of its own."""

    def __init__(self) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._thread: threading.Thread | None = None

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the button at one place of the screen and release it at another one."""
        self._thread = threading.Thread(target=self._drag, args=(start, end), daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the drag is over."""
        if self._thread is not None:
            self._thread.join(10)

    def _drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        self._move(display, start)
        self._test.XTestFakeButtonEvent(display, LEFT, True, PAUSE)
        way = [
            tuple(round(a + (b - a) * step / STEPS) for a, b in zip(start, end, strict=True))
            for step in range(STEPS + 1)
        ]
        for _before, here in pairwise(way):
            self._move(display, here)  # type: ignore[arg-type]
        self._move(display, (end[0] + 1, end[1]))
        self._test.XTestFakeButtonEvent(display, LEFT, False, 10 * PAUSE)
        self._x.XSync(display, False)
        self._x.XCloseDisplay(display)

    def _move(self, display: ctypes.c_void_p, spot: tuple[int, int]) -> None:
        self._test.XTestFakeMotionEvent(display, -1, spot[0], spot[1], PAUSE)
        self._x.XSync(display, False)
