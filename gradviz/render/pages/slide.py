"""A picture of a given size, for a slide: text that can be read in the last row.

A graph that fits is shown whole, if need be in several columns. One whose text would be smaller
than `LEAST` is shown around what the moment is about, at a size that can be read, with a small map
of the whole at the right.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_, gettext
from gradviz.render import fonts
from gradviz.render.columns.fitted import best_columns
from gradviz.render.drawing import Box, Drawing, Item, Text, placed
from gradviz.render.layout.layout import Layout, moved
from gradviz.render.pages.camera import view
from gradviz.render.pages.footer import Caption, draw_footer
from gradviz.render.pages.key import draw_key
from gradviz.render.pages.map import draw_map
from gradviz.render.pages.marks import Marks
from gradviz.render.pages.page import KEY_GAP, body, note_of, title_of
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme
from gradviz.render.write.bounds import bounds

LEAST = 18
"""Pixels of the smallest text that the last row can read."""
READABLE = LEAST / TEXT_SIZE
LARGEST = 2.0
"""A small graph is made so many times larger, no more."""
MARGIN = 24.0
FOOTER = 96.0
"""Pixels below the graph for the phases and the line that says where we are."""
STAMP = 34.0
MAP = 0.14
"""The part of the page's width that the map may take."""


class Slide(Struct, frozen=True, kw_only=True):
    """A page of so many CSS pixels; ``whole`` keeps all of the graph on it, however small."""

    width: int
    height: int
    whole: bool = False


def slide_of(text: str, *, whole: bool = False) -> Slide:
    """``1280x720`` as a page. Raises `UsageError`."""
    width, _cross, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise UsageError(
            N_("“{text}” is no size"), where="size", mend=N_("write 1280x720"), text=text
        )
    if not (320 <= int(width) <= 7680 and 240 <= int(height) <= 4320):
        raise UsageError(
            N_("a page of {text} cannot be drawn"),
            where="size",
            mend=N_("take from 320x240 to 7680x4320"),
            text=text,
        )
    return Slide(width=int(width), height=int(height), whole=whole)


def draw_slide(
    layout: Layout,
    statuses: Mapping[int, Status] | None,
    theme: Theme,
    *,
    slide: Slide,
    caption: Caption | None = None,
    stamp: str = "",
    marks: Marks | None = None,
    unit: float | None = None,
    legend: bool = False,
) -> Drawing:
    """The layout on a page of the slide's size; ``note`` says what could not be had. A ``unit`` is
    the scale, also where another would fit better. A ``legend`` is there if the graph can be read
    above it.
    """
    below = (FOOTER if caption else 0.0) + (STAMP if stamp else 0.0)
    key: list[Item] = []
    if legend:
        key, layout, below = _with_key(layout, statuses, theme, slide, below)
    if unit is None and not key:
        layout = _in_columns(layout, slide, below, whole=slide.whole or statuses is None)
    fits = fitting(layout, slide, below=below)
    near = fits < (unit or READABLE) and not slide.whole and statuses is not None
    unit = unit or (READABLE if near else min(fits, LARGEST))
    width, height = slide.width / unit, slide.height / unit
    ground = height - below / unit
    if near and statuses is not None:
        items = _near(layout, statuses, theme, width, ground, marks)
    else:
        x, y = (width - layout.width) / 2, (ground - layout.height) / 2
        items = list(body(moved(layout, x, y), statuses, theme, marks))
    if below and near:
        items.append(Box(x=0, y=ground, width=width, height=below / unit, fill=theme.background))
    items += below_graph(caption, stamp, theme, slide, unit)
    items += [placed(item, 0.0, 0.0, factor=READABLE / unit) for item in key]
    told = (note_of(layout), small_text(unit), no_legend() if legend and not key else "")
    return Drawing(
        width=width,
        height=height,
        background=theme.background,
        items=tuple(items),
        title=title_of(layout, caption),
        note="; ".join(part for part in told if part),
        unit=unit,
    )


def _with_key(
    layout: Layout,
    statuses: Mapping[int, Status] | None,
    theme: Theme,
    slide: Slide,
    below: float,
) -> tuple[list[Item], Layout, float]:
    """The key to the signs above the footer, the layout in columns, and the pixels below it. There
    is no key if there is no room for it.
    """
    margin = MARGIN / READABLE
    broken = _in_columns(layout, slide, below, whole=slide.whole or statuses is None)
    room = slide.width / READABLE - 2 * margin
    items, high = draw_key(broken, statuses, theme, room=room)
    more = below + (high + KEY_GAP) * READABLE
    whole = slide.whole or statuses is None
    above = _in_columns(layout, slide, more, whole=whole)
    if fitting(above, slide, below=more) < (READABLE if not whole else 0.0):
        return [], layout, below
    y = (slide.height - below) / READABLE - high
    return [placed(item, margin, y) for item in items], above, more


def _in_columns(layout: Layout, slide: Slide, below: float, *, whole: bool) -> Layout:
    """The layout, in columns if it is too tall for the page and can then be read, or if it is kept
    ``whole`` and is larger then.
    """
    if fitting(layout, slide, below=below) >= READABLE:
        return layout
    room = (slide.width - 2 * MARGIN, slide.height - below - 2 * MARGIN)
    return best_columns(layout, *room, enough=READABLE, whole=whole)


def fitting(layout: Layout, slide: Slide, *, below: float = 0.0) -> float:
    """The scale at which the layout just fits the page above its lowest pixels."""
    room = (slide.width - 2 * MARGIN, slide.height - below - 2 * MARGIN)
    return min(room[0] / max(layout.width, 1.0), room[1] / max(layout.height, 1.0))


def _near(
    layout: Layout,
    statuses: Mapping[int, Status],
    theme: Theme,
    width: float,
    height: float,
    marks: Marks | None,
) -> list[Item]:
    """The part of the graph that the moment is about, and the map of all of it."""
    margin = MARGIN / READABLE
    most = (width * MAP, height - 2 * margin)
    factor = min(most[0] / layout.width, most[1] / layout.height)
    panel = layout.width * factor + 2 * margin
    seen = (width - panel, height)
    left, top = view(layout, statuses, *seen)
    around = moved(layout, -left, -top)
    items = [item for item in body(around, statuses, theme, marks) if _meets(item, *seen)]
    items.append(
        Box(x=seen[0], y=0, width=panel, height=height, fill=theme.panel, stroke=theme.border)
    )
    drawn = draw_map(layout, statuses, theme, factor=factor, view=(left, top, *seen))
    x, y = seen[0] + margin, (height - layout.height * factor) / 2
    return [*items, *(placed(item, x, y) for item in drawn)]


def _meets(item: Item, width: float, height: float) -> bool:
    """Whether any of the item may be seen; what is wholly beside the page need not be written."""
    left, top, right, bottom = bounds(item)
    return left < width and top < height and right > 0 < bottom


def below_graph(
    caption: Caption | None, stamp: str, theme: Theme, slide: Slide, unit: float
) -> list[Item]:
    """The footer, as large on the page whatever the graph's scale is."""
    factor = READABLE / unit
    bottom = slide.height / READABLE
    margin = MARGIN / READABLE
    items: list[Item] = []
    room = slide.width / READABLE - 2 * margin
    if stamp:
        text = fonts.elided(stamp, room, size=TEXT_SIZE)
        bottom -= STAMP / READABLE
        items.append(Text(x=margin, y=bottom + 8, text=text, size=TEXT_SIZE, colour=theme.muted))
    if caption is not None:
        top = bottom - FOOTER / READABLE
        items += draw_footer(caption, theme, x=margin, y=top - 16, room=room)
    return [placed(item, 0.0, 0.0, factor=factor) for item in items]


def no_legend() -> str:
    """A line that says that the page has no room for the key."""
    return gettext("there is no room for the legend → take a larger size, or fold more")


def small_text(unit: float) -> str:
    """A line that says that the text of a graph at this scale is small; empty if it is not."""
    pixels = unit * TEXT_SIZE
    if pixels >= LEAST - 0.01:
        return ""
    return gettext(
        "the text is {pixels:.0f} px high, and the last row needs {least}"
        " → take a larger size, or the picture of one moment"
    ).format(pixels=pixels, least=LEAST)
