"""The rectangle that an item may paint in."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Clip, Curve, Item, Symbol, Text

Bounds: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_SOFT = 1.0
"""Pixels by which smooth edges may reach further."""


@lru_cache(maxsize=16384)
def bounds(item: Item) -> Bounds:
    """Where the item may leave a trace, rather too much than too little."""
    match item:
        case Box():
            more = item.stroke_width / 2 + _SOFT
            return (
                item.x - more,
                item.y - more,
                item.x + item.width + more,
                item.y + item.height + more,
            )
        case Bitmap() | Clip():
            right, bottom = item.x + item.width + _SOFT, item.y + item.height + _SOFT
            return (item.x - _SOFT, item.y - _SOFT, right, bottom)
        case Text():
            return _of_text(item)
        case Symbol():
            sides = zip(*(bounds(each) for each in item.items), strict=True)
            left, top, right, bottom = (
                find(side) for find, side in zip((min, min, max, max), sides, strict=True)
            )
            return (item.x + left, item.y + top, item.x + right, item.y + bottom)
        case Curve():
            more = item.stroke_width + _SOFT
            if item.arrow:
                more += 5.0 + 2.2 * item.stroke_width
            across, down = [x for x, _ in item.points], [y for _, y in item.points]
            return (min(across) - more, min(down) - more, max(across) + more, max(down) + more)


def _of_text(text: Text) -> Bounds:
    """Letters of a font that stands in for ours may be higher, and lean out at the sides."""
    reach = fonts.width(text.text, family=text.font, size=text.size, bold=text.bold)
    left = text.x - {"start": 0.0, "middle": reach / 2, "end": reach}[text.anchor]
    return (
        left - text.size,
        text.y - 2 * text.size,
        left + reach + text.size,
        text.y + text.size,
    )
