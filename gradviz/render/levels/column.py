"""Levels whose things stand one below the other: in place without an engine, as it would put them.

Most module calls are such a column, from a layer's op with its parameters beside it to the stages
of a deep net. The engine is left what branches.
"""

from __future__ import annotations

from itertools import pairwise

from gradviz.render.drawing import Point
from gradviz.render.graphviz.dot import ACROSS, DOWN, PIXELS_PER_INCH
from gradviz.render.layout.docking import Rectangle, Way, docked
from gradviz.render.layout.layout import straight
from gradviz.render.levels.framed import margins
from gradviz.render.levels.levels import IN, OUT
from gradviz.render.levels.outline import Box, Face, Outline, card_at

_ACROSS, _DOWN = ACROSS * PIXELS_PER_INCH, DOWN * PIXELS_PER_INCH
_ALONE: tuple[int, ...] = ()


def column(outline: Outline) -> Box | None:
    """The outline in place; None if it branches."""
    flat = {
        pair
        for left, op, right in outline.rows
        for side in ((*left, op), (*right[::-1], op))
        for pair in pairwise([f"n{number}" for number in side])
    }
    order = _order(outline, flat)
    return _stacked(outline, order, flat) if order else None


def _order(outline: Outline, flat: set[tuple[str, str]]) -> list[int]:
    """The things from top to bottom, without those beside an op; none if this is no column.

    ``flat`` are the joins between an op and what is beside it.
    """
    if max(outline.ports) > 1:
        return []
    beside = {source for source, _ in flat}
    following: dict[str, str] = {}
    reached: set[str] = set()
    for source, target, *_ in outline.joins:
        if (source, target) in flat:
            continue
        if source in following or target in reached or not beside.isdisjoint((source, target)):
            return []
        following[source] = target
        reached.add(target)
    main = [name for n in range(len(outline.things)) if (name := f"n{n}") not in beside]
    heads = ["i0"] if outline.ports[IN] else [name for name in main if name not in reached][:1]
    while heads and heads[-1] in following:
        heads.append(following[heads[-1]])
    found = [int(name[1:]) for name in heads if name[0] == "n"]
    whole = len(found) == len(main) and (heads[-1] == "o0") == bool(outline.ports[OUT])
    return found if whole else []


def _stacked(outline: Outline, order: list[int], flat: set[tuple[str, str]]) -> Box:
    rows = {row[1]: row for row in outline.rows}
    entered = {join[1]: join[3] for join in outline.joins if join[3] >= 0}
    left_by = {join[0]: join[2] for join in outline.joins if join[2] >= 0}
    spots: dict[int, Rectangle] = {}
    upper: dict[str, Point] = {}
    lower: dict[str, Point] = {}
    x = y = 0.0
    for number in order:
        thing, name = outline.things[number], f"n{number}"
        if isinstance(thing, Face):
            enters = thing.ports[IN][entered[name]] if name in entered else None
            leaves = thing.ports[OUT][left_by[name]] if name in left_by else enters
            leaves = thing.width / 2 if leaves is None else leaves
            enters = leaves if enters is None else enters
            spots[number] = (x - enters, y, thing.width, thing.height)
            upper[name], lower[name] = (x, y), (x + leaves - enters, y + thing.height)
            x, y = lower[name]
        else:
            left, _, right = rows.get(number, (_ALONE, number, _ALONE))
            sizes = [(other, *_size(outline, other)) for other in (*left, number, *right)]
            tall = max(height for *_, height in sizes)
            at = x - thing[0] / 2 - sum(width + _ACROSS for _, width, _ in sizes[: len(left)])
            for other, width, height in sizes:
                spots[other] = (at, y + (tall - height) / 2, width, height)
                at += width + _ACROSS
            upper[name] = (x, y + (tall - thing[1]) / 2)
            lower[name] = (x, y + (tall + thing[1]) / 2)
            y += tall
        y += _DOWN
    return _boxed(outline, order, flat, spots, upper, lower, y - _DOWN)


def _size(outline: Outline, number: int) -> tuple[float, float]:
    thing = outline.things[number]
    return (thing.width, thing.height) if isinstance(thing, Face) else thing[:2]


def _boxed(
    outline: Outline,
    order: list[int],
    flat: set[tuple[str, str]],
    spots: dict[int, Rectangle],
    upper: dict[str, Point],
    lower: dict[str, Point],
    low: float,
) -> Box:
    """The column in its frame. ``upper`` and ``lower`` are where data enters and leaves things."""
    least = min(x for x, *_ in spots.values())
    most = max(x + width for x, _, width, _ in spots.values())
    above, below, side, width = margins(outline, most - least)
    height = above + low + below
    lower["i0"] = (upper[f"n{order[0]}"][0], -above)
    upper["o0"] = (lower[f"n{order[-1]}"][0], low + below)
    dx, dy = side - least, above
    corners = tuple([(spots[n][0] + dx, spots[n][1] + dy) for n in range(len(outline.things))])
    ways: list[Way] = []
    for source, target, *_ in outline.joins:
        if (source, target) in flat:
            start, end = _across(spots[int(source[1:])], spots[int(target[1:])])
        else:
            start, end = lower[source], upper[target]
        line = straight((start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy))
        ends = [card_at(outline, name, corners) for name in (source, target)]
        ways.append(docked(line, *ends))
    came, goes = lower["i0"][0] + dx, upper["o0"][0] + dx
    ports = ((came,) * outline.ports[IN], (goes,) * outline.ports[OUT])
    return Box(Face(width, height, ports), corners, tuple(ways))


def _across(first: Rectangle, last: Rectangle) -> tuple[Point, Point]:
    """From a card to the one beside it, on their middles' height."""
    (x0, y0, width0, height0), (x1, _, width1, _) = first, last
    y = y0 + height0 / 2
    return ((x0 + width0, y), (x1, y)) if x0 < x1 else ((x0, y), (x1 + width1, y))
