"""What a plot shows: named rows of points."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradviz.render.drawing import Point


class Series(Struct, frozen=True, kw_only=True):
    """Points joined by a line, in one colour. ``name`` and ``value`` stand at its end; a ``faint``
    one has neither, nor marks at its points. ``hints`` are told on hover, one a point.
    """

    points: tuple[Point, ...]
    colour: str
    name: str = ""
    value: str = ""
    dashed: bool = False
    faint: bool = False
    marked: bool = False
    hints: tuple[str, ...] = ()


def averaged(values: Sequence[float], count: int) -> list[float]:
    """The mean of each ``count`` numbers in a row; the last mean may be of fewer."""
    return [
        sum(part) / len(part)
        for part in (values[place : place + count] for place in range(0, len(values), count))
    ]
