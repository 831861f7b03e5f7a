"""What an engine made of an outline, put in its frame."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradviz.errors import LayoutError
from gradviz.i18n import N_
from gradviz.render.drawing import Point
from gradviz.render.graphviz.engines import MEND
from gradviz.render.graphviz.sheets import Sheet, sheets_of
from gradviz.render.layout.docking import Way, docked
from gradviz.render.levels.leveldot import turned_joins
from gradviz.render.levels.levels import IN, OUT
from gradviz.render.levels.outline import Box, Face, Outline, card_at

SIDE = 12.0
"""Pixels between a frame's sides and its contents."""
TOP = 31.0
"""Pixels above the contents, for the title."""
BOTTOM = 12.0


def boxes_of(outlines: Sequence[Outline], output: bytes, *, engine: str) -> list[Box]:
    """The outlines as an engine laid out their texts, one after the other.

    Raises `LayoutError` for output that cannot be used.
    """
    sheets = sheets_of(output, len(outlines), engine=engine)
    try:
        return [framed(*pair) for pair in zip(outlines, sheets, strict=True)]
    except KeyError as error:
        raise LayoutError(
            N_("wrote what is no layout ({reason})"), where=engine, mend=MEND, reason=error
        ) from error


def margins(outline: Outline, width: float) -> tuple[float, float, float, float]:
    """Above, below and at the left of contents so wide, and how wide it all is; the outermost level
    has no frame.
    """
    if outline.room is None:
        return 0.0, 0.0, 0.0, math.ceil(width)
    whole = math.ceil(max(width + 2 * SIDE, outline.room))
    return TOP, BOTTOM, (whole - width) / 2, whole


def framed(outline: Outline, sheet: Sheet) -> Box:
    """The outline where the sheet has it. Raises KeyError for a sheet that lacks some of it."""
    top, bottom, dx, width = margins(outline, sheet.width)
    dy = top - sheet.top
    height = top + sheet.bottom - sheet.top + bottom
    spots = [sheet.corners[f"n{place}"] for place in range(len(outline.things))]
    corners = tuple([(x + dx, y + dy) for x, y in spots])
    ports = [
        tuple([sheet.dots[f"{letter}{place}"] + dx for place in range(outline.ports[side])])
        for side, letter in ((IN, "i"), (OUT, "o"))
    ]
    turned = turned_joins(outline)
    face = Face(width, height, (ports[IN], ports[OUT]))
    ways: list[Way | None] = []
    for place, (source, target, leaving, entering) in enumerate(outline.joins):
        flat = sheet.edges.get(f"e{place}")
        if not flat:
            ways.append(None)
            continue
        if place in turned:
            flat = flat[::-1]
        points = [(x + dx, _squeezed(y, sheet, height - bottom, top, bottom)) for x, y in flat]
        points[0] = _end(outline, face, corners, source, OUT, leaving) or points[0]
        points[-1] = _end(outline, face, corners, target, IN, entering) or points[-1]
        high, low = points[0][1], points[-1][1]
        if high < low and not _between_cards(source, target, leaving, entering):
            # Ports make Graphviz bend an edge that leads far to the side over the boxes.
            points = [(x, min(max(y, high), low)) for x, y in points]
        ends = [card_at(outline, name, corners) for name in (source, target)]
        ways.append(docked(tuple(points), *ends))
    return Box(face, corners, tuple(ways))


def _between_cards(source: str, target: str, leaving: int, entering: int) -> bool:
    return source[0] == target[0] == "n" and leaving == entering == -1


def _squeezed(y: float, sheet: Sheet, end: float, top: float, bottom: float) -> float:
    """The strips in which edges come in and go out, as high as a frame's margins."""
    if 0 < y < sheet.top:
        return top * y / sheet.top
    if sheet.bottom < y < sheet.height:
        return end + bottom * (y - sheet.bottom) / (sheet.height - sheet.bottom)
    return y + top - sheet.top


def _end(
    outline: Outline, face: Face, corners: Sequence[Point], name: str, side: int, port: int
) -> Point | None:
    """Exactly on the border, so that the pieces of an edge meet; None on that of a card."""
    number = int(name[1:])
    if name[0] != "n":
        upper = name[0] == "i"
        return (face.ports[IN if upper else OUT][number], 0.0 if upper else face.height)
    thing = outline.things[number]
    if not isinstance(thing, Face):
        return None
    x, y = corners[number]
    return (x + thing.ports[side][port], y + (thing.height if side == OUT else 0.0))
