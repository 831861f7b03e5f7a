"""Which kind of file a trace is saved into."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.trace import container, jsonl, tracefile
from gradviz.trace.aside import aside

if TYPE_CHECKING:
    from gradviz.trace.trace import Trace

WRITERS: dict[str, Callable[[Trace, Path], None]] = {
    container.SUFFIX: tracefile.write,
    ".jsonl": jsonl.write,
}
"""The writer of each suffix."""


def save(trace: Trace, path: str | os.PathLike[str]) -> None:
    """Write a trace as its suffix says. Raises `UsageError` for one that is not in `WRITERS`."""
    file = Path(path)
    writer = WRITERS.get(file.suffix.lower())
    if writer is None:
        raise UsageError(
            N_("“{suffix}” is no kind of trace file"),
            where=str(file),
            mend=N_("end the name in {known}"),
            suffix=file.suffix,
            known=", ".join(WRITERS),
        )
    with aside():
        writer(trace, file)
