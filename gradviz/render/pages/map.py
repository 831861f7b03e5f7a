"""A small map of a whole graph: where its cards are, how far things have come, what is in view."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.drawing import Box, Item
from gradviz.render.layout.layout import Layout
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

SMALLEST = 2.0
"""Pixels of a card's side that can still be seen."""


def draw_map(
    layout: Layout,
    statuses: Mapping[int, Status],
    theme: Theme,
    *,
    factor: float,
    view: tuple[float, float, float, float],
) -> tuple[Item, ...]:
    """The layout ``factor`` times as large, with its top left corner at (0, 0), and the ``view``
    (left, top, width, height) as an outline.

    What is ahead is hollow, what forward made is grey, what a gradient has passed is darker and
    has a dark outline, and the current card stands out.
    """
    items: list[Item] = []
    for place in layout.places:
        status = statuses.get(place.card.id, Status())
        passed = status.stage in ("passed", "updated")
        fill = {"ahead": None, "made": theme.zero}.get(status.stage, theme.gradient_line)
        grown = 3.0 if status.current else 0.0
        items.append(
            Box(
                x=place.x * factor - grown,
                y=place.y * factor - grown,
                width=max(place.card.width * factor, SMALLEST) + 2 * grown,
                height=max(place.card.height * factor, SMALLEST) + 2 * grown,
                fill=theme.cursor if status.current else fill,
                stroke=theme.text if passed or status.current else theme.ahead_line,
                stroke_width=1.5 if status.current else 0.5,
            )
        )
    left, top, width, height = view
    right, bottom = min(left + width, layout.width), min(top + height, layout.height)
    left, top = max(left, 0.0), max(top, 0.0)
    items.append(
        Box(
            x=left * factor - 4,
            y=top * factor - 4,
            width=(right - left) * factor + 8,
            height=(bottom - top) * factor + 8,
            stroke=theme.text,
            stroke_width=2.0,
            radius=3.0,
        )
    )
    return tuple(items)
