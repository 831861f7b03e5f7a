"""A look at data: a loader, a dataset or a batch as a picture or a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gradviz import i18n
from gradviz.arguments import check_type, whole
from gradviz.render.previews.write import check_page, write_page


def preview(
    loader: Any,
    path: str | os.PathLike[str],
    *,
    batches: int = 3,
    name: str = "",
    theme: str = "auto",
    lang: str = "en",
    scale: float = 1.0,
) -> None:
    """Show the first batches of a ``DataLoader``, its transforms at work, and the epoch, in a file
    whose ending says how: svg, png, pdf, or html for a page that needs no network.

    A dataset is shown in batches of its samples in their order; anything else as a batch. The
    loader gives the same batches afterwards: random generators are left as they were. ``name`` is
    the title; ``theme`` is ``light``, ``dark``, ``print``, or ``auto``: in a page what the reader's
    system has, else light. Raises `DataError` for a loader that fails, `UsageError` for an argument
    that makes no sense, `OutputError` when the file cannot be written.
    """
    from gradviz.data.previews.anything import told_of

    check_type(path, (str, os.PathLike), where="path")
    count = whole(batches, where="batches", least=1, most=1000)
    file = Path(path)
    check_page(file, theme=theme, scale=scale)
    before = i18n.language()
    i18n.use(lang)
    try:
        write_page(told_of(loader, batches=count, name=name), file, theme=theme, scale=scale)
    finally:
        i18n.use(before)
