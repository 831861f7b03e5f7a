"""A page that holds everything: pan, zoom, fold, values on hover and focus, step by step; offline.

A box's picture is a piece of SVG without a place; where it stands, and the arrows, the page's own
script works out from the insets that are open. Names are in the pieces, quoted, and in texts that
the script shows as texts: none of them is ever read as code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from msgspec import Struct

from gradviz.files import writing
from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.render.drawing import Drawing
from gradviz.render.pages.footer import HEIGHT, TOP, Caption, draw_footer
from gradviz.render.theme import THEMES, css
from gradviz.render.web.book import Book, Shared
from gradviz.render.web.pieces import Pieces
from gradviz.render.write.svg import svg
from gradviz.resources import assets

FOOT = 900.0
"""Pixels that the line below the picture takes at most."""
SCRIPTS = ("curves", "stretch", "book", "compose", "wires", "find", "camera", "tip", "pane", "page")
"""The page's script, in parts."""


class Moment(Struct, frozen=True):
    """A moment of a page: the numbers of its books by view, what a screen reader says of it, its
    caption.
    """

    books: Mapping[str, int]
    title: str
    caption: Caption | None


def write_html(
    path: Path,
    books: Sequence[Book],
    moments: Sequence[Moment],
    pieces: Pieces,
    *,
    views: Mapping[str, str],
    panes: Mapping[str, str],
    view: str,
    theme: str,
    first: Drawing,
    sought: str = "",
    way: str = "",
) -> None:
    """Write the page, whole or not at all. Light and dark are both in it, ``theme`` is shown first;
    print stands alone, and is what a printer gets. ``views`` are those that there are by what they
    are called, ``panes`` the graphs, and ``view`` the first to be shown. ``first`` is for who runs
    no scripts. ``sought`` is what is looked for at first, ``way`` what is said of the way.
    """
    names = {"print": ["print"], "dark": ["dark", "light"]}.get(theme, ["light", "dark"])
    shared = Shared()
    written = [book.data(pieces, shared) for book in books]
    data: dict[str, Any] = {
        "looks": names,
        "books": written,
        "geometries": shared.written,
        "notes": list(shared.notes),
        "moments": [
            {
                "books": moment.books,
                "title": moment.title,
                "foot": [_foot(moment.caption, name, pieces) for name in names],
            }
            for moment in moments
        ],
        "pieces": list(pieces.numbers),
        "parts": list(pieces.parts),
        "patterns": "".join(sorted(pieces.patterns)),
    }
    page = _template().render(
        _=_,
        lang=language(),
        title=first.title,
        picture=svg(first).partition("?>")[2].strip(),
        data=_json(data),
        themes={name: css(THEMES[name]) for name in dict.fromkeys((*names, "print"))},
        schemes={name: "dark" if THEMES[name].dark else "light" for name in names},
        theme=theme,
        sought=sought,
        way=way,
        views=views,
        panes=panes,
        view=view,
        count=len(moments),
        folds=any("i" in thing for book in written for thing in book["things"]),
        foot=(FOOT, TOP, HEIGHT - TOP) if any(moment.caption for moment in moments) else None,
        scripts=SCRIPTS,
    )
    with writing(path) as stream:
        stream.write(page.encode())


def _json(data: dict[str, Any]) -> Markup:
    """The data as it can stand in a page: no tag begins in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def _foot(caption: Caption | None, theme: str, pieces: Pieces) -> int | None:
    if caption is None:
        return None
    return pieces.add(draw_footer(caption, THEMES[theme], x=0.0, y=0.0, room=FOOT))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets() / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("graph.html")
