"""A loader as a web page: one file that needs no network, wide or narrow as its reader's screen."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import jinja2
from markupsafe import Markup

from gradviz.data.previews.told import LoaderTold
from gradviz.files import writing
from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.render import fonts
from gradviz.render.drawing import Drawing, placed
from gradviz.render.previews.numbertables import NumberTable
from gradviz.render.previews.sections import Figure, facts_of, sections_of, title_of
from gradviz.render.theme import THEMES, VARIABLES, css
from gradviz.render.write.svg import svg
from gradviz.resources import assets

WIDE, NARROW = 880.0, 330.0
"""Pixels of a figure, on a desk and on a phone."""
EDGE = 2.0
"""Pixels around a figure, for lines at its sides."""


class Shown(NamedTuple):
    """A figure as the template takes it: pieces of SVG, and its numbers."""

    title: str
    pictures: tuple[tuple[str, Markup], ...]
    table: NumberTable | None
    plain: bool


def preview_html(told: LoaderTold, *, theme: str = "auto") -> str:
    """The page in the language in use; ``auto`` are the colours that the reader's system has."""
    fonts.ready()
    sections = [
        (each.title, each.said, [_shown(figure) for figure in each.figures])
        for each in sections_of(told)
    ]
    return (
        _environment()
        .get_template("preview.html")
        .render(
            _=_,
            lang=language(),
            title=title_of(told),
            facts=facts_of(told),
            sections=sections,
            theme=theme,
            themes={name: css(each) for name, each in THEMES.items()},
        )
    )


def write_html(told: LoaderTold, path: Path, *, theme: str = "auto") -> None:
    """Write the page whole or not at all. Raises `OutputError`."""
    page = preview_html(told, theme=theme).encode(errors="replace")  # half a letter
    with writing(path) as stream:
        stream.write(page)


def _shown(figure: Figure) -> Shown:
    if figure.plain and figure.table is not None:
        return Shown(figure.title, (), figure.table, True)
    pictures = tuple(
        (name, Markup(_svg(figure, width))) for name, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return Shown(figure.title, pictures, figure.table, False)


def _svg(figure: Figure, width: float) -> str:
    items, height = figure.draw(width, VARIABLES)
    moved = tuple(placed(item, EDGE, EDGE) for item in items)
    page = Drawing(
        width + 2 * EDGE, height + 2 * EDGE, VARIABLES.background, moved, title=figure.title
    )
    return svg(page).partition("?>")[2].strip()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets() / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
