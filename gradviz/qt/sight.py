"""What of a graph is in view, and which parts of that are to be painted now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from msgspec import Struct

from gradviz.render.layout.tiles import Area, joined

LOOSE = 1.5
"""Parts are painted in one go if that is not so many times larger than each by itself."""
MOST = 6
"""If there are more parts than that, the smallest area around all of them is painted."""


class Sight(Struct, frozen=True):
    """The ``whole`` area that is in view, at so many pixels a pixel, and the ``parts`` of it that
    are to be painted.
    """

    whole: Area
    parts: tuple[Area, ...]
    scale: float

    @property
    def around(self) -> Area:
        """The smallest area with all parts in it."""
        return reduce(joined, self.parts)


def together(areas: Iterable[Area]) -> tuple[Area, ...]:
    """Areas joined with those near to them, so that there are a few."""
    found: list[Area] = []
    for area in areas:
        near = _near(area, found)
        while near is not None:
            area = joined(area, found.pop(near))
            near = _near(area, found)
        found.append(area)
    return tuple(found) if len(found) <= MOST else (reduce(joined, found),)


def _near(area: Area, others: list[Area]) -> int | None:
    for place, other in enumerate(others):
        if _size(joined(area, other)) <= LOOSE * (_size(area) + _size(other)):
            return place
    return None


def _size(area: Area) -> float:
    return (area[2] - area[0]) * (area[3] - area[1])
