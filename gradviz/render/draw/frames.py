"""A module call's frame as a display list: a field with a tab that names it."""

from __future__ import annotations

from gradviz.render.drawing import Box, Curve, Item, Text
from gradviz.render.layout.layout import FramePlace, straight
from gradviz.render.scene.scene import TEXT_SIZE, one_line
from gradviz.render.theme import Theme

ROUND = 6.0
TAB_HEIGHT = 21.0
TAB_PADDING = 10.0


def draw_frame(place: FramePlace, theme: Theme) -> tuple[Item, ...]:
    """The field, which lies below the arrows; without a line where it goes on elsewhere."""
    if any(place.open):
        return _open(place, theme)
    return (
        Box(
            x=place.x,
            y=place.y,
            width=place.width,
            height=place.height,
            fill=theme.frame_fill,
            stroke=theme.frame_line,
            stroke_width=1.2,
            radius=ROUND,
        ),
    )


def _open(place: FramePlace, theme: Theme) -> tuple[Item, ...]:
    left, right, top, bottom = place.x, place.x + place.width, place.y, place.y + place.height
    field = Box(x=left, y=top, width=place.width, height=place.height, fill=theme.frame_fill)
    above, below = place.open
    lines = [((left, top), (left, bottom)), ((right, top), (right, bottom))]
    lines += [] if above else [((left, top), (right, top))]
    lines += [] if below else [((left, bottom), (right, bottom))]
    return (
        field,
        *(
            Curve(points=straight(*ends), stroke=theme.frame_line, stroke_width=1.2)
            for ends in lines
        ),
    )


def draw_tab(place: FramePlace, theme: Theme) -> tuple[Item, ...]:
    """The tab with the module call's name, which lies above the arrows; its path is the hint."""
    if not place.frame.title:
        return ()
    return (
        Box(
            x=place.x,
            y=place.y,
            width=min(place.frame.width + 2 * TAB_PADDING, place.width),
            height=TAB_HEIGHT,
            fill=theme.frame_tab,
            stroke=theme.frame_line,
            stroke_width=1.2,
            radius=ROUND,
            hint=one_line(place.frame.path),
        ),
        Text(
            x=place.x + TAB_PADDING,
            y=place.y + 15.5,
            text=place.frame.title,
            size=TEXT_SIZE,
            bold=True,
            colour=theme.frame_text,
            hint=one_line(place.frame.path),
        ),
    )
