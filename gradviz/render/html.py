"""A page that holds everything: pan, zoom, fold, values on hover and focus, step by step; offline.

A box's picture is a piece of SVG without a place; where it stands, and the arrows, the page's own
script works out from the insets that are open. Names are in the pieces, quoted, and in texts that
the script shows as texts: none of them is ever read as code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from msgspec import Struct

from gradviz.files import writing
from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.render.drawing import Drawing, Point
from gradviz.render.footer import HEIGHT, TOP, Caption, draw_footer
from gradviz.render.frames import TAB_PADDING, draw_tab
from gradviz.render.insets import Inset
from gradviz.render.layout import FramePlace, Layout
from gradviz.render.looks import Looks, Pieces
from gradviz.render.scene import Frame, one_line
from gradviz.render.svg import svg
from gradviz.render.theme import THEMES, VARIABLES, css
from gradviz.render.values import Lines
from gradviz.resources import assets

FOOT = 900.0
"""Pixels that the line below the picture takes at most."""


class Book:
    """All that a page knows of one graph. ``told`` is what each node tells from a moment on."""

    def __init__(self, layout: Layout, looks: Looks) -> None:
        self.layout = layout
        self.looks = looks
        self.told: dict[int, list[tuple[int, tuple[str, ...]]]] = {}

    def tell(self, moment: int, lines: Lines) -> None:
        """Take up what nodes tell at a moment, which comes after those before."""
        for id, each in lines.items():
            changes = self.told.setdefault(id, [])
            if not changes or changes[-1][1] != each:
                changes.append((moment, each))


class Moment(Struct, frozen=True):
    """A moment of a page: the number of its book, what a screen reader says of it, its caption."""

    book: int
    title: str
    caption: Caption | None


def write_html(
    path: Path,
    books: Sequence[Book],
    moments: Sequence[Moment],
    pieces: Pieces,
    *,
    theme: str,
    first: Drawing,
) -> None:
    """Write the page, whole or not at all. Light and dark are both in it, ``theme`` is shown first;
    print stands alone, and is what a printer gets. ``first`` is for who runs no scripts.
    """
    names = ["print"] if theme == "print" else [theme, "dark" if theme == "light" else "light"]
    notes: dict[str, int] = {}
    geometries: dict[str, Any] = {}
    written = [_book(book, pieces, notes, geometries) for book in books]
    data: dict[str, Any] = {
        "looks": names,
        "books": written,
        "geometries": list(geometries.values()),
        "notes": list(notes),
        "moments": [
            {
                "book": moment.book,
                "title": moment.title,
                "foot": [_foot(moment.caption, name, pieces) for name in names],
            }
            for moment in moments
        ],
        "pieces": list(pieces.numbers),
        "patterns": "".join(sorted(pieces.patterns)),
    }
    page = _template().render(
        _=_,
        lang=language(),
        title=first.title,
        picture=svg(first).partition("?>")[2].strip(),
        data=data,
        themes={name: css(THEMES[name]) for name in dict.fromkeys((*names, "print"))},
        schemes={name: "dark" if THEMES[name].dark else "light" for name in names},
        theme=theme,
        count=len(moments),
        folds=any(thing["i"] is not None for book in written for thing in book["things"]),
        foot=(FOOT, TOP, HEIGHT - TOP) if any(moment.caption for moment in moments) else None,
    )
    with writing(path) as stream:
        stream.write(page.encode())


def _book(
    book: Book, pieces: Pieces, notes: dict[str, int], geometries: dict[str, Any]
) -> dict[str, Any]:
    looks = book.looks

    def told(id: int) -> list[tuple[int, list[int]]]:
        return [
            (moment, [notes.setdefault(line, len(notes)) for line in lines])
            for moment, lines in book.told.get(id, ())
        ]

    return {
        "things": [
            {
                "w": thing.card.width,
                "h": thing.card.height,
                "i": thing.inset,
                "n": one_line(f"{thing.card.subtitle} · {thing.card.shape}"),
                "p": changes,
                # A closed box bears the number of one of its nodes; what it tells is on it.
                "t": [] if thing.paths else told(thing.card.id),
            }
            for thing, changes in zip(looks.insets.things, looks.things, strict=True)
        ],
        "insets": [
            _inset(inset, looks, number, pieces, geometries)
            for number, inset in enumerate(looks.insets.insets)
        ],
    }


def _inset(
    inset: Inset, looks: Looks, number: int, pieces: Pieces, geometries: dict[str, Any]
) -> dict[str, Any]:
    """Like insets share their geometry."""
    things = looks.insets.things
    geometry = {
        "w": _short(inset.width),
        "h": _short(inset.height),
        "spots": [
            [
                _short(spot.x),
                _short(spot.y),
                things[spot.thing].card.width,
                things[spot.thing].card.height,
                spot.frame,
            ]
            for spot in inset.spots
        ],
        "wires": [
            [wire.source, wire.target, *wire.level, _flat(wire.points)] for wire in inset.wires
        ],
    }
    known = geometries.setdefault(str(geometry), {**geometry, "number": len(geometries)})
    return {
        "g": known["number"],
        "frame": None if inset.frame is None else _tab(inset.frame, pieces),
        "folds": [
            [
                fold.thing,
                *(_short(v) for v in (fold.place.x, fold.place.y)),
                *(_short(v) for v in (fold.place.width, fold.place.height)),
                fold.parent,
                _tab(fold.place.frame, pieces),
            ]
            for fold in inset.folds
        ],
        "things": [spot.thing for spot in inset.spots],
        "wires": [
            [list(dict.fromkeys(edge.producer for edge in wire.edges)), changes]
            for wire, changes in zip(inset.wires, looks.wires[number], strict=True)
        ],
    }


def _tab(frame: Frame, pieces: Pieces) -> list[Any]:
    """The piece, the width and the words of a frame's title."""
    width = frame.width + 2 * TAB_PADDING
    tab = draw_tab(FramePlace(frame, 0.0, 0.0, width, 0.0), VARIABLES)
    return [pieces.add(tab), width, frame.title]


def _foot(caption: Caption | None, theme: str, pieces: Pieces) -> int | None:
    if caption is None:
        return None
    return pieces.add(draw_footer(caption, THEMES[theme], x=0.0, y=0.0, room=FOOT))


def _flat(points: tuple[Point, ...]) -> list[float]:
    return [_short(value) for point in points for value in point]


def _short(value: float) -> float:
    """To a tenth of a pixel; whole numbers as such."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


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
