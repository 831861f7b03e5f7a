"""Which line of the user's own code is running."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType

import torch

from gradviz.trace.events import Source

_LIBRARIES = (str(Path(torch.__file__).parent), str(Path(__file__).parent.parent))
_SESSION = str(Path(__file__).with_name("session.py"))

_known: dict[CodeType, bool] = {}


def user_line() -> Source | None:
    """The innermost running line outside torch and gradviz.

    None inside a `Session`: what stands above its loop only drives it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        library = _known.get(code)
        if library is None:
            library = _known[code] = code.co_filename.startswith(_LIBRARIES)
        if not library:
            return Source(code.co_filename, frame.f_lineno)
        if code.co_filename == _SESSION:
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None
