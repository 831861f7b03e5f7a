"""Getting datasets from the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradviz.data.downloaded import Downloaded
    from gradviz.data.getting.limits import Tell


def get_data(name: str, *, to: Path | None = None, tell: Tell | None = None) -> Downloaded:
    """Download a dataset, such as ``notmnist-small``, and unpack it into the cache, or into the
    folder ``to``; what is there already is looked at and left as it is. ``tell`` is told of
    progress.

    Raises `UsageError` for a name that is not known, `DownloadError`, `ArchiveError`, and
    `OutputError`.
    """
    from gradviz.data.getting.get import get
    from gradviz.data.getting.limits import quiet
    from gradviz.data.getting.sources import source_named

    source = source_named(name)
    folder = get(source, to=to, tell=tell or quiet)
    from gradviz.data.downloaded import downloaded  # loads torch, which is not needed before

    return downloaded(source, folder)
