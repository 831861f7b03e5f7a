"""Whether there is a screen, decided before Qt is loaded."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """Whether a window could be seen."""
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def use_no_display() -> None:
    """Let Qt draw into memory, even where there is a screen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
