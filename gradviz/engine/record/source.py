"""Which line of the user's own code is running."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from typing import Any

import torch

import gradviz
from gradviz.trace.events import Source

_GRADVIZ = Path(gradviz.__file__).parent
_LIBRARIES = (
    f"{Path(torch.__file__).parent}{os.sep}",
    f"{_GRADVIZ}{os.sep}",
    contextlib.__file__,  # stands between a recorder and whoever calls it
)
_RUN = str(_GRADVIZ / "engine" / "session" / "run.py")

_known: dict[str, bool] = {}


def user_line() -> Source | None:
    """The innermost running line outside torch and gradviz.

    None inside the loop of a `Session`: what stands above it only drives it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if not _is_library(code.co_filename):
            return Source(code.co_filename, frame.f_lineno)
        if code.co_filename == _RUN:
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None


def in_an_import() -> bool:
    """Whether torch is importing its compiler here, which it does when first an optimizer is made.

    The compiler of torch 2.6 then tries out every operator (2.9 does so no more).
    """
    compiler = sys.modules.get("torch._dynamo")
    if compiler is None or not getattr(compiler.__spec__, "_initializing", False):
        return False
    line = user_line()
    return line is not None and line.file.startswith("<frozen importlib")


def line_of_error(error: BaseException) -> Source | None:
    """The innermost line outside torch and gradviz that an error passed through."""
    lines = [
        Source(frame.f_code.co_filename, line)
        for frame, line in walk_tb(error.__traceback__)
        if not _is_library(frame.f_code.co_filename)
    ]
    return lines[-1] if lines else None


def line_of_function(function: Callable[..., Any]) -> Source | None:
    """Where a function of Python begins."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return None if code is None else Source(code.co_filename, code.co_firstlineno)


def _is_library(file: str) -> bool:
    library = _known.get(file)
    if library is None:
        library = _known[file] = file.startswith(_LIBRARIES)
    return library
