"""Drawings painted one after the other: of each only what is different from the one before.

What comes out is to the pixel what painting the whole drawing gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from gradviz.render.drawing import Box, Drawing, Item, flat
from gradviz.render.write.bounds import Bounds, bounds
from gradviz.render.write.png import image_of

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

MOST = 48
"""Places that are painted again; if more have changed, all is painted."""
_MARGIN = 2

Pixels: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are outside."""


class Canvas:
    """An image on which drawings of one size follow each other, at ``scale`` pixels for each of
    theirs. ``changed`` is the rectangle outside of which the last one left everything as it was.
    """

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._last: Drawing | None = None
        self._image: QImage | None = None
        self.changed: Pixels = (0, 0, 0, 0)

    def paint(self, drawing: Drawing) -> QImage:
        """The drawing's pixels; the next one is painted over them."""
        places = _places(self._last, drawing, self._scale) if self._image else None
        if places is None or self._image is None:
            self._image = image_of(drawing, scale=self._scale)
            self.changed = (0, 0, self._image.width(), self._image.height())
        else:
            _repaint(self._image, drawing, places, self._scale * drawing.unit)
            self.changed = _around(places, self._image.width(), self._image.height())
        self._last = drawing
        return self._image


def _places(last: Drawing | None, drawing: Drawing, scale: float) -> list[Pixels] | None:
    """Where two drawings may differ; None if that is nearly everywhere."""
    if last is None or _page(last) != _page(drawing):
        return None
    before, after = frozenset(last.items), frozenset(drawing.items)
    both = before & after
    # What is in both must lie in the same order, or what was below would be above.
    kept = [[item for item in each.items if item in both] for each in (last, drawing)]
    if kept[0] != kept[1]:
        return None
    factor = scale * drawing.unit
    places = sorted({_outward(bounds(item), factor) for item in before ^ after})
    if not places or len(places) > MOST:
        return None if places else []
    # A part of a thin line is smoothed a little differently from the whole.
    hatches = [item for item in flat(drawing.items) if isinstance(item, Box) and item.hatch]
    while hatched := list(_meeting(hatches, places, factor)):
        places += [_outward(bounds(item), factor) for item in hatched]
        hatches = [item for item in hatches if item not in hatched]
    return places


def _page(drawing: Drawing) -> tuple[float, float, str, float]:
    return (drawing.width, drawing.height, drawing.background, drawing.unit)


def _repaint(image: QImage, drawing: Drawing, places: Sequence[Pixels], scale: float) -> None:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QColor, QPainter, QRegion

    from gradviz.render.write.painter import paint

    if not places:
        return
    region = QRegion()
    for left, top, right, bottom in places:
        region += QRect(left, top, right - left, bottom - top)
    painter = QPainter(image)
    painter.setClipRegion(region)
    painter.fillRect(image.rect(), QColor(drawing.background))
    painter.scale(scale, scale)
    paint(painter, _meeting(drawing.items, places, scale))
    painter.end()


def _meeting(items: Sequence[Item], places: Sequence[Pixels], scale: float) -> Iterator[Item]:
    """The items that may leave a trace in the places."""
    sides = [tuple(side / scale for side in place) for place in places]
    lefts, tops, rights, bottoms = zip(*sides, strict=True)
    around = (min(lefts), min(tops), max(rights), max(bottoms))
    for item in items:
        left, top, right, bottom = bounds(item)
        if left > around[2] or right < around[0] or top > around[3] or bottom < around[1]:
            continue
        if any(
            left < place[2] and place[0] < right and top < place[3] and place[1] < bottom
            for place in sides
        ):
            yield item


def _outward(sides: Bounds, scale: float) -> Pixels:
    left, top, right, bottom = (side * scale for side in sides)
    return (
        math.floor(left) - _MARGIN,
        math.floor(top) - _MARGIN,
        math.ceil(right) + _MARGIN,
        math.ceil(bottom) + _MARGIN,
    )


def _around(places: Sequence[Pixels], width: int, height: int) -> Pixels:
    if not places:
        return (0, 0, 0, 0)
    return (
        min(max(min(place[0] for place in places), 0), width),
        min(max(min(place[1] for place in places), 0), height),
        min(max(max(place[2] for place in places), 0), width),
        min(max(max(place[3] for place in places), 0), height),
    )
