"""Two graphs side by side on one page: forward at the left, backward at the right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from gradviz.render import fonts
from gradviz.render.drawing import Box, Clip, Drawing, Item, Text, placed, renamed
from gradviz.render.layout.layout import Layout
from gradviz.render.pages.footer import HEIGHT, WIDTH, Caption, draw_footer
from gradviz.render.pages.marks import Marks
from gradviz.render.pages.page import MARGIN, STAMP, draw
from gradviz.render.pages.slide import (
    FOOTER,
    LARGEST,
    READABLE,
    Slide,
    below_graph,
    draw_slide,
    fitting,
)
from gradviz.render.pages.slide import STAMP as SLIDE_STAMP
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme
from gradviz.trace.events import Phase

TITLE = 18.0
"""Pixel size of the lines above the graphs."""
TITLE_ROOM = 46.0
CHIP = 13.0
"""Pixels along a side of the phase's colour before a title."""
BESIDE = 9.0
APART = 40.0
"""Pixels between the graphs, where a line runs."""


class Part(Struct, frozen=True):
    """A graph in place, what is known of its boxes, and what a line above says of it; ``name`` is
    what a screen reader says. Two graphs on one page may have the same numbers for their nodes:
    one of them is numbered ``apart``, see `number_apart`.
    """

    layout: Layout
    statuses: Mapping[int, Status] | None
    title: str
    phase: Phase
    name: str
    apart: bool = False
    marks: Marks | None = None


def number_apart(id: int) -> int:
    """The number that no node of another graph has."""
    return id + 2**40


def draw_both(
    parts: Sequence[Part],
    theme: Theme,
    *,
    slide: Slide | None = None,
    caption: Caption | None = None,
    stamp: str = "",
) -> Drawing:
    """The graphs from left to right, all at the same scale, each under its title."""
    if slide is not None:
        return _on_slide(parts, theme, slide, caption, stamp)
    drawings = [
        draw(part.layout, part.statuses, theme, margin=0.0, marks=part.marks) for part in parts
    ]
    widths = [max(d.width, _title_width(p)) for d, p in zip(drawings, parts, strict=True)]
    tallest = max(drawing.height for drawing in drawings)
    width = max(sum(widths) + APART * (len(parts) - 1), WIDTH if caption else 0.0) + 2 * MARGIN
    top = MARGIN + TITLE_ROOM
    bottom = top + tallest
    height = bottom + (HEIGHT if caption else 0.0) + (STAMP if stamp else 0.0) + MARGIN
    items: list[Item] = []
    left = MARGIN
    for number, (part, drawing) in enumerate(zip(parts, drawings, strict=True)):
        if number:
            items.append(_line(left - APART / 2, MARGIN, bottom - MARGIN, theme))
        items += _title(part, theme, x=left, y=MARGIN)
        x = left + (widths[number] - drawing.width) / 2
        items += [placed(item, x, top) for item in _numbered(part, drawing)]
        left += widths[number] + APART
    if caption is not None:
        items += draw_footer(caption, theme, x=MARGIN, y=bottom)
    if stamp:
        items.append(
            Text(x=MARGIN, y=height - MARGIN, text=stamp, size=TEXT_SIZE, colour=theme.muted)
        )
    return _drawing(width, height, items, drawings, parts, theme, caption)


def _on_slide(
    parts: Sequence[Part], theme: Theme, slide: Slide, caption: Caption | None, stamp: str
) -> Drawing:
    below = (FOOTER if caption else 0.0) + (SLIDE_STAMP if stamp else 0.0)
    above = TITLE_ROOM * READABLE
    part_of = Slide(
        width=slide.width // len(parts),
        height=round(slide.height - below - above),
        whole=slide.whole,
    )
    fits = min(fitting(part.layout, part_of) for part in parts)
    lit = all(part.statuses is not None for part in parts)
    near = fits < READABLE and lit and not slide.whole
    unit = READABLE if near else min(fits, LARGEST)
    across, down = part_of.width / unit, part_of.height / unit
    items: list[Item] = []
    drawings = []
    for number, part in enumerate(parts):
        drawing = draw_slide(
            part.layout, part.statuses, theme, slide=part_of, unit=unit, marks=part.marks
        )
        drawings.append(drawing)
        left, top = number * across, above / unit
        inside = tuple(placed(item, left, top) for item in _numbered(part, drawing))
        items.append(Clip(x=left, y=top, width=across, height=down, items=inside))
        factor = READABLE / unit
        room = part_of.width / READABLE - MARGIN
        head = _title(part, theme, x=MARGIN / 2, y=MARGIN / 2, room=room)
        items += [placed(item, left, 0.0, factor=factor) for item in head]
        if number:
            items.append(_line(left, 0.0, top + down, theme))
    items += below_graph(caption, stamp, theme, slide, unit)
    width, height = slide.width / unit, slide.height / unit
    return _drawing(width, height, items, drawings, parts, theme, caption, unit=unit)


def _drawing(
    width: float,
    height: float,
    items: Sequence[Item],
    drawings: Sequence[Drawing],
    parts: Sequence[Part],
    theme: Theme,
    caption: Caption | None,
    *,
    unit: float = 1.0,
) -> Drawing:
    title = " · ".join(part.name for part in parts)
    notes = dict.fromkeys(drawing.note for drawing in drawings if drawing.note)
    return Drawing(
        width=width,
        height=height,
        background=theme.background,
        items=tuple(items),
        title=f"{title}: {caption.text}" if caption else title,
        note="; ".join(notes),
        unit=unit,
    )


def _numbered(part: Part, drawing: Drawing) -> Sequence[Item]:
    if not part.apart:
        return drawing.items
    return [renamed(item, number_apart) for item in drawing.items]


def _title(part: Part, theme: Theme, *, x: float, y: float, room: float = math.inf) -> list[Item]:
    """The colour of the phase, which the title names too."""
    colour = theme.phases[part.phase]
    chip = Box(x=x, y=y + 3, width=CHIP, height=CHIP, radius=3.0, fill=colour, stroke=theme.text)
    title = fonts.elided(part.title, room - CHIP - BESIDE, size=TITLE, bold=True)
    beside = x + CHIP + BESIDE
    return [chip, Text(x=beside, y=y + 16, text=title, size=TITLE, bold=True, colour=theme.text)]


def _title_width(part: Part) -> float:
    return CHIP + BESIDE + fonts.width(part.title, size=TITLE, bold=True)


def _line(x: float, top: float, bottom: float, theme: Theme) -> Box:
    return Box(x=x, y=top, width=1.0, height=bottom - top, fill=theme.border)
