"""Which line of the user's own code is running."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import torch

from gradviz.trace.events import Source

_LIBRARIES = (
    f"{Path(torch.__file__).parent}{os.sep}",
    f"{Path(__file__).parent.parent}{os.sep}",
    contextlib.__file__,  # stands between a recorder and whoever calls it
)
_RUN = str(Path(__file__).with_name("run.py"))

_known: dict[str, bool] = {}


def user_line() -> Source | None:
    """The innermost running line outside torch and gradviz.

    None inside the loop of a `Session`: what stands above it only drives it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        library = _known.get(code.co_filename)
        if library is None:
            library = _known[code.co_filename] = code.co_filename.startswith(_LIBRARIES)
        if not library:
            return Source(code.co_filename, frame.f_lineno)
        if code.co_filename == _RUN:
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None
