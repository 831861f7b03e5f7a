"""A file for each picture of a film, with a number in its name."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from gradviz.errors import OutputError, UsageError
from gradviz.files import folder
from gradviz.i18n import N_
from gradviz.render.drawing import Drawing
from gradviz.render.write.film import Film
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

MOST = 10_000
_NUMBER = re.compile(r"\{(?::0?(\d)?d?)?\}")
"""``{}`` is as wide as the largest number needs; ``{:03}`` and ``{:03d}`` are three digits."""


def is_numbered(path: Path) -> bool:
    """Whether a file's name has a place for a number: ``steps/{}.svg``."""
    return _NUMBER.search(path.name) is not None


def write_numbered(
    trace: Trace, film: Film, file: Path, write: Callable[[Drawing, Path], None]
) -> tuple[Path, ...]:
    """A file for each picture but the one before all events; all of them or none."""
    indices = [index for index in film.indices if index >= 0]
    zero = span(trace, trace.events[indices[0]].iteration).start if indices else 0
    if len(indices) > MOST:
        raise UsageError(
            N_("{count} files are too many"),
            where=str(file),
            mend=N_("take fewer moments, or not every event"),
            count=len(indices),
        )
    match = _NUMBER.search(file.name)
    asked = match[1] if match else None
    digits = int(asked) if asked else len(str(indices[-1] - zero)) if indices else 1
    names = [_NUMBER.sub(f"{index - zero:0{digits}d}", file.name, count=1) for index in indices]
    out = folder(file.parent)
    try:
        with tempfile.TemporaryDirectory(prefix=".gradviz.", dir=out) as part:
            for index, name in zip(indices, names, strict=True):
                write(film.of(index), Path(part) / name)
            for name in names:
                (Path(part) / name).replace(out / name)
    except OSError as error:
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(out),
            mend=N_("choose a folder that you may write, with room on the disk"),
            reason=error.strerror or error,
        ) from error
    return tuple(out / name for name in names)
