"""A page that holds everything: pan, zoom, values on hover and focus, step by step; offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from gradviz.files import writing
from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.render.drawing import Drawing
from gradviz.render.svg import fragments, hatches, svg
from gradviz.render.theme import THEMES
from gradviz.render.values import Lines
from gradviz.resources import assets

Drawn = Callable[[str, int], Drawing]
"""The picture in a theme, of the moment with that place."""


def write_html(
    path: Path, drawn: Drawn, lines: Sequence[Lines], *, theme: str, start: int = 0
) -> Drawing:
    """Write a page with a picture for each of the ``lines``, whole or not at all.

    Light and dark are both in it, ``theme`` is shown first; print stands alone. What a node's
    lines say is shown beside it on hover and on focus. Returns the picture that is shown first.
    """
    names = ["print"] if theme == "print" else [theme, "dark" if theme == "light" else "light"]
    pieces: dict[str, int] = {}
    notes: dict[str, int] = {}
    looks = []
    first = drawn(theme, start)
    for name in names:
        patterns, frames = set(), []
        for place in range(len(lines)):
            drawing = first if (name, place) == (theme, start) else drawn(name, place)
            patterns.add(hatches(drawing.items))
            frames.append([pieces.setdefault(f, len(pieces)) for f in fragments(drawing.items)])
        look = THEMES[name]
        looks.append(
            {
                "name": name,
                "dark": look.dark,
                "background": look.background,
                "patterns": "".join(sorted(patterns)),
                "frames": frames,
            }
        )
    told = [
        {
            str(id): [notes.setdefault(line, len(notes)) for line in each]
            for id, each in moment.items()
        }
        for moment in lines
    ]
    titles = [drawn(theme, place).title for place in range(len(lines))]
    data: dict[str, Any] = {
        "pieces": list(pieces),
        "notes": list(notes),
        "looks": looks,
        "told": told,
        "titles": titles,
        "start": start,
        "width": first.width,
        "height": first.height,
    }
    page = _template().render(
        _=_,
        lang=language(),
        title=first.title,
        picture=svg(first).partition("?>")[2].strip(),
        data=data,
        themes={name: THEMES[name] for name in names},
        theme=THEMES[theme],
        count=len(lines),
        start=start,
    )
    with writing(path) as stream:
        stream.write(page.encode())
    return first


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
