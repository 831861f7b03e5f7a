"""A file that is dragged onto the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from gradviz.qt.filing import SUFFIX
from gradviz.spec.pythonmodule import PYTHON


def dropped(data: QMimeData) -> Path | None:
    """The one Python or project file that is dragged, if it is one."""
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if len(files) != 1 or files[0].suffix not in (PYTHON, SUFFIX):
        return None
    return files[0]
