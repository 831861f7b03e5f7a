"""Where a tall layout is broken to go on in a next column: between cards, where few edges are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from gradviz.render.layout.layout import Layout

ABOVE, BELOW = 12.0, 6.0
"""Pixels at a card's top and bottom that its chips may take."""
ROOM = 6.0
"""Pixels that a break needs."""
MOST = 5
"""Edges that may go on from column to column."""
FRAME = 0.75
"""What a frame that goes on counts, beside an edge."""


class Break(Struct, frozen=True, gc=False):
    """A height, and how much it hurts to break there."""

    y: float
    cost: float


def breaks_of(layout: Layout) -> tuple[Break, ...]:
    """The best break of each gap between cards, from top to bottom."""
    spans = [(place.y - ABOVE, place.y + place.card.height + BELOW) for place in layout.places]
    spans += [(copy.place.y, copy.place.y + copy.place.card.height) for copy in layout.copies]
    labels = [label for route in layout.routes for label in (route.value, route.gradient) if label]
    spans += [(label.y, label.y + label.height) for label in labels]
    borders = sorted(side for frame in layout.frames for side in (frame.y, frame.y + frame.height))
    tops = sorted(frame.y for frame in layout.frames)
    bottoms = sorted(frame.y + frame.height for frame in layout.frames)
    reaches = [
        (min(y for _, y in route.points), max(y for _, y in route.points))
        for route in layout.routes
    ]
    begun, ended = sorted(top for top, _ in reaches), sorted(bottom for _, bottom in reaches)
    found = []
    for top, bottom in _gaps(spans):
        inside = borders[bisect_right(borders, top) : bisect_left(borders, bottom)]
        options = []
        for low, high in pairwise((top, *inside, bottom)):
            if high - low < ROOM:
                continue
            y = (low + high) / 2
            edges = bisect_left(begun, y) - bisect_right(ended, y)
            frames = bisect_left(tops, y) - bisect_right(bottoms, y)
            if edges <= MOST:
                options.append(Break(y, edges + FRAME * frames))
        if options:
            found.append(min(options, key=lambda option: option.cost))
    return tuple(found)


def chosen(
    breaks: Sequence[Break], height: float, most: float, *, reach: float
) -> list[float] | None:
    """The heights to break at so that no column is higher than ``most``; None if there are none.
    For a better break a column may be shorter than it could be, by ``reach`` of its height.
    """
    cuts: list[float] = []
    top, left = 0.0, list(breaks)
    while height - top > most:
        can = [one for one in left if top < one.y <= top + most]
        if not can:
            return None
        last = can[-1].y
        near = [one for one in can if one.y >= top + (last - top) * (1 - reach)]
        best = min(near, key=lambda one: (one.cost, -one.y))
        cuts.append(best.y)
        top = best.y
        left = [one for one in left if one.y > top]
    return cuts


def _gaps(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What no span covers, between the first and the last."""
    found: list[tuple[float, float]] = []
    end: float | None = None
    for top, bottom in sorted(spans):
        if end is not None and top > end:
            found.append((end, top))
        end = bottom if end is None else max(end, bottom)
    return found
