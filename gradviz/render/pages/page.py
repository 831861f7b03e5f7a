"""The whole picture: frames, arrows and cards on a page, and a line that says where we are.

What has not happened is pale but readable: no fill, a dashed outline, grey text. What has happened
is filled. Where a gradient has passed, a second arrow runs against the first. What the cursor
stands on has a thick outline and a pointer. No state is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.garbage import uncollected
from gradviz.i18n import gettext
from gradviz.render.draw.arrows import draw_edge
from gradviz.render.draw.cards import draw_symbol
from gradviz.render.draw.frames import draw_frame, draw_tab
from gradviz.render.drawing import Drawing, Item, Text, placed
from gradviz.render.layout.layout import Layout, moved
from gradviz.render.pages.footer import HEIGHT, WIDTH, Caption, draw_footer
from gradviz.render.pages.key import draw_key
from gradviz.render.pages.marks import Marks, draw_band, draw_mark, pale
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

MARGIN = 28.0
KEY_GAP = 24.0
"""Pixels above the key to the signs."""
STAMP = 24.0
"""Pixels that the line of the stamp takes."""


@uncollected
def draw(
    layout: Layout,
    statuses: Mapping[int, Status] | None,
    theme: Theme,
    *,
    caption: Caption | None = None,
    stamp: str = "",
    margin: float = MARGIN,
    marks: Marks | None = None,
    legend: bool = False,
) -> Drawing:
    """A layout as a picture. Without statuses everything is lit and there is no cursor. With
    ``marks`` only what they point out is.

    A ``caption`` is drawn below, and under it a ``stamp``: what the picture was made with. ``note``
    of the drawing says so when Graphviz did not do the layout. A ``legend`` says what the
    signs mean that are in it.
    """
    inner = max(layout.width, WIDTH if caption or legend else 0.0)
    width = inner + 2 * margin
    key, key_height = draw_key(layout, statuses, theme, room=inner) if legend else ((), 0.0)
    below = (HEIGHT if caption else 0.0) + (key_height + KEY_GAP if key else 0.0)
    height = layout.height + below + (STAMP if stamp else 0.0) + 2 * margin
    layout = moved(layout, (width - layout.width) / 2, margin)
    items = list(body(layout, statuses, theme, marks))
    under = margin + layout.height + below - key_height
    items += [placed(item, margin, under) for item in key]
    if caption is not None:
        items += draw_footer(caption, theme, x=margin, y=margin + layout.height)
    if stamp:
        items.append(
            Text(x=margin, y=height - margin, text=stamp, size=TEXT_SIZE, colour=theme.muted)
        )
    return Drawing(
        width=width,
        height=height,
        background=theme.background,
        items=tuple(items),
        title=title_of(layout, caption),
        note=note_of(layout),
    )


def body(
    layout: Layout,
    statuses: Mapping[int, Status] | None,
    theme: Theme,
    marks: Marks | None = None,
) -> tuple[Item, ...]:
    """The graph itself, where the layout has it."""
    known = statuses if statuses is not None else {}
    items: list[Item] = []
    for frame in layout.frames:
        items += draw_frame(frame, theme)
    for route in layout.routes:
        ends = (known.get(route.edge.producer), known.get(route.edge.consumer))
        drawn = draw_edge(route, *ends, theme)
        edge = route.edge
        if marks is None:
            items += drawn
        elif (edge.producer, edge.consumer, edge.slot) in marks.edges:
            items += (draw_band(route, theme), *drawn)
        else:
            items += pale(drawn)
    for frame in layout.frames:
        items += draw_tab(frame, theme)
    for place in layout.places:
        status = known.get(place.card.id)
        symbol = draw_symbol(place, status, theme)
        if marks is None:
            items.append(symbol)
        elif place.card.id in marks.cards:
            current = status is not None and status.current
            text = marks.cards[place.card.id]
            items += (symbol, *draw_mark(place, text, theme, current=current))
        else:
            items += pale([symbol])
    return tuple(items)


def title_of(layout: Layout, caption: Caption | None) -> str:
    """What a screen reader says of the whole picture."""
    title = gettext("autograd graph with {count} nodes").format(count=len(layout.places))
    return f"{title}: {caption.text}" if caption else title


def note_of(layout: Layout) -> str:
    """Why the layout is a plain one; empty if it is not."""
    if not layout.reason:
        return ""
    return gettext("laid out by {engine}, because: {reason}").format(
        engine=layout.engine, reason=layout.reason
    )
