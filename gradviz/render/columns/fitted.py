"""A layout in as many columns as fit a page best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from gradviz.render.columns.breaks import Break, breaks_of, chosen
from gradviz.render.columns.wrapped import wrapped
from gradviz.render.layout.layout import Layout

COLUMNS, MOST = 6, 24
"""Columns that are read as one picture; and those of one that is kept whole, however small."""
STEPS = 12
REACHES = (0.3, 0.15, 0.0)
"""How much higher columns may be for better breaks; the first that will do is taken."""
BETTER = 1.05
"""What is so many times as large is worth more columns."""


def in_columns(
    layout: Layout, count: int, *, breaks: Sequence[Break] | None = None, reach: float = REACHES[0]
) -> Layout | None:
    """The layout in so many columns, as low as they can be; None if it cannot be broken so.

    ``breaks`` are its breaks if they are known; columns may be higher by ``reach`` for better ones.
    """
    breaks = breaks_of(layout) if breaks is None else breaks
    low, high = layout.height / count, layout.height
    cuts: list[float] | None = None
    for _ in range(STEPS):
        middle = (low + high) / 2
        found = chosen(breaks, layout.height, middle, reach=reach)
        if found is not None and len(found) < count:
            cuts, high = found, middle
        else:
            low = middle
    if cuts is None or len(cuts) != count - 1:
        return None
    return wrapped(layout, cuts)


def best_columns(
    layout: Layout, width: float, height: float, *, enough: float, whole: bool
) -> Layout:
    """The layout in the fewest columns with which it fits the room ``enough`` times as large as it
    is; with none as it is, or if it is to be seen ``whole`` in as many as make it largest.

    Asked again for the layout that it was asked for last it gives what it gave.
    """
    key = (width, height, enough, whole)
    known = _known.get(key)
    if known is None or known[0] is not layout:
        _known.clear()
        _known[key] = known = layout, _best(layout, *key)
    return known[1]


_known: dict[tuple[float, float, float, bool], tuple[Layout, Layout]] = {}


def _best(layout: Layout, width: float, height: float, enough: float, whole: bool) -> Layout:
    def fits(one: Layout) -> float:
        return min(width / max(one.width, 1.0), height / max(one.height, 1.0))

    least = max(math.ceil(layout.height * enough / height), 2)
    counts = [least, least + 1]
    if whole:
        ideal = math.sqrt(layout.height * width / (max(layout.width, 1.0) * height))
        counts += [round(ideal) - 1, round(ideal), round(ideal) + 1]
    elif least > COLUMNS:
        return layout
    breaks = breaks_of(layout)
    best = layout
    for count, reach in product(sorted({n for n in counts if 1 < n <= MOST}), REACHES):
        if fits(best) >= enough:
            break
        broken = in_columns(layout, count, breaks=breaks, reach=reach)
        if broken is not None and fits(broken) > fits(best) * BETTER:
            best = broken
    return best if whole or fits(best) >= enough else layout
