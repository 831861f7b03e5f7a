"""Several moments on one page, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.drawing import Box, Drawing, Item, Text, placed
from gradviz.render.pages.slide import Slide, small_text
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.theme import Theme

GAP = 20.0
TITLE = 20.0
"""Pixel size of a panel's title."""
TITLE_ROOM = 36.0
STAMP = 28.0
SHAPE = 16 / 9
"""Width by height that a page without a size comes near to."""


def panelled(
    drawings: Sequence[Drawing],
    titles: Sequence[str],
    theme: Theme,
    *,
    slide: Slide | None = None,
    stamp: str = "",
) -> Drawing:
    """The drawings in rows, each in a frame under its title, all at the same scale."""
    if not drawings:
        raise UsageError(
            N_("a contact sheet of no moments"), where="at", mend=N_("give one or more")
        )
    width = max(drawing.width for drawing in drawings) + GAP
    height = max(drawing.height for drawing in drawings) + TITLE_ROOM + GAP
    shape = SHAPE if slide is None else slide.width / slide.height
    columns = _columns(len(drawings), width, height, shape)
    rows = math.ceil(len(drawings) / columns)
    page = (GAP + columns * width, GAP + rows * height + (STAMP if stamp else 0.0))
    unit = 1.0
    if slide is not None:
        unit = min(slide.width / page[0], slide.height / page[1])
        page = (slide.width / unit, slide.height / unit)
    left = (page[0] - GAP - columns * width) / 2
    items: list[Item] = []
    for number, (drawing, title) in enumerate(zip(drawings, titles, strict=True)):
        x = left + GAP + number % columns * width
        y = GAP + number // columns * height
        items.append(Text(x=x, y=y + TITLE, text=title, size=TITLE, bold=True, colour=theme.text))
        y += TITLE_ROOM
        items.append(
            Box(
                x=x,
                y=y,
                width=width - GAP,
                height=height - GAP - TITLE_ROOM,
                stroke=theme.border,
                fill=theme.background,
            )
        )
        x += (width - GAP - drawing.width) / 2
        items += [placed(item, x, y) for item in drawing.items]
    if stamp:
        items.append(
            Text(x=GAP, y=page[1] - GAP / 2, text=stamp, size=TEXT_SIZE, colour=theme.muted)
        )
    notes = dict.fromkeys((drawings[0].note, small_text(unit) if slide else ""))
    return Drawing(
        width=page[0],
        height=page[1],
        background=theme.background,
        items=tuple(items),
        title=" · ".join(drawing.title for drawing in drawings),
        note="; ".join(note for note in notes if note),
        unit=unit,
    )


def _columns(count: int, width: float, height: float, shape: float) -> int:
    """The number of columns that gives a page nearest to the shape, with the fewest gaps."""

    def apart(columns: int) -> float:
        rows = math.ceil(count / columns)
        bent = abs(math.log(columns * width / (rows * height) / shape))
        return bent + 0.3 * (columns * rows - count) / count

    return min(range(1, count + 1), key=apart)
