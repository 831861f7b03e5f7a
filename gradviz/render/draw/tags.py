"""The small card of a shared parameter at a further use of it, as a display list."""

from __future__ import annotations

from gradviz.render.drawing import Box, Item, Text
from gradviz.render.layout.layout import Copy
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

HEIGHT = 28
PIN_ROOM = 16
"""Pixels at the left of the name."""


def draw_copy(copy: Copy, status: Status | None, theme: Theme) -> tuple[Item, ...]:
    """A leaf named once more: its name alone, and a pin with nothing in it."""
    place, id = copy.place, copy.original
    ahead = status is not None and status.stage == "ahead"
    line = theme.ahead_line if ahead else theme.leaf_line
    ground = Box(
        x=place.x,
        y=place.y,
        width=place.card.width,
        height=place.card.height,
        fill=theme.ahead_fill if ahead else theme.leaf_fill,
        stroke=line,
        dashed=ahead,
        node=id,
    )
    y = place.y + place.card.height / 2
    pin = Box(
        x=place.x + 6, y=y - 4, width=8.0, height=8.0, radius=4.0,
        fill=theme.background, stroke=line, stroke_width=1.5, node=id,
    )  # fmt: skip
    word = Text(
        x=place.x + PIN_ROOM + 3,
        y=y + 4.5,
        text=place.card.title,
        size=TEXT_SIZE,
        colour=theme.ahead_text if ahead else theme.text,
        node=id,
    )
    return (ground, pin, word)
