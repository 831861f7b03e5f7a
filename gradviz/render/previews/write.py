"""The page of a loader as a file."""

from __future__ import annotations

from pathlib import Path

from gradviz.data.previews.told import LoaderTold
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.previews.html import write_html
from gradviz.render.previews.page import draw_page
from gradviz.render.render import PICTURES, checked_scale
from gradviz.render.theme import theme_named

SUFFIXES = (*PICTURES, ".html")


def check_page(path: Path, *, theme: str, scale: float) -> None:
    """Raise `UsageError` for a name or a look that makes no page."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            N_("“{suffix}” is no kind of picture"),
            where=str(path),
            mend=N_("end the name in {known}"),
            suffix=path.suffix,
            known=", ".join(SUFFIXES),
        )
    theme_named(theme)
    checked_scale(scale)


def write_page(told: LoaderTold, path: Path, *, theme: str = "auto", scale: float = 1.0) -> None:
    """Write the page, whole or not at all, in the language in use; the ending of its name says how.

    Raises `UsageError` for arguments that make no sense, and `OutputError`.
    """
    check_page(path, theme=theme, scale=scale)
    if path.suffix.lower() == ".html":
        write_html(told, path, theme=theme)
    else:
        PICTURES[path.suffix.lower()](draw_page(told, theme_named(theme)), path, scale=scale)
