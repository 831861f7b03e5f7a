"""Which line of the user's own code something comes from."""

from __future__ import annotations

import inspect
import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from typing import Any

import gradviz
from gradviz.trace.events import Source

_PLACES = (
    str(Path(gradviz.__file__).parent),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    *(path for path in sys.path if path.endswith(("site-packages", "dist-packages"))),
)
_LIBRARIES = tuple(place + os.sep for place in _PLACES)


def line_of_error(error: BaseException) -> Source | None:
    """The innermost line of no library that an error passed through after it left our own code; of
    an error that says where it comes from by its cause, the cause's.
    """
    ours = str(Path(__file__).parent)
    lines: list[Source] = []
    inside = False
    for frame, number in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        inside = inside or file.startswith(ours)
        if inside and not _is_library(file):
            lines.append(Source(file, number))
    return lines[-1] if lines else None


def line_of_function(function: Callable[..., Any]) -> Source | None:
    """Where a function of the user's begins, or what an object does when it is called."""
    for each in (function, getattr(function, "forward", None), type(function).__call__):
        code = getattr(inspect.unwrap(each), "__code__", None) if each is not None else None
        if code is not None:
            if _is_library(code.co_filename):
                return None
            return Source(code.co_filename, code.co_firstlineno)
    return None


def _is_library(file: str) -> bool:
    return file.startswith(("<frozen", *_LIBRARIES))
