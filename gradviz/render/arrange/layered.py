"""A plain layered layout of our own, for when there is no Graphviz or it will not do.

Ranks by longest path, order by barycentres; longer edges go around, module frames are left out.
"""

from __future__ import annotations

from statistics import fmean

from gradviz.render.layout.detours import all_routes
from gradviz.render.layout.docking import Way, docked
from gradviz.render.layout.layout import Layout, Place
from gradviz.render.scene.ranks import ranks_of
from gradviz.render.scene.scene import Card, Scene

ACROSS = 28.0
DOWN = 44.0
SWEEPS = 4


def layered(scene: Scene, *, reason: str = "") -> Layout:
    """The scene rank by rank, producers above consumers."""
    ranks = ranks_of(scene)
    rows: list[list[Card]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for card in scene.cards:
        rows[ranks[card.id]].append(card)
    middles = _middles(scene, rows)
    left = min((middles[card.id] - card.width / 2 for card in scene.cards), default=0.0)
    right = max((middles[card.id] + card.width / 2 for card in scene.cards), default=0.0)
    places: dict[int, Place] = {}
    y = 0.0
    for row in rows:
        for card in row:
            places[card.id] = Place(card, middles[card.id] - card.width / 2 - left, y)
        y += max((card.height for card in row), default=0.0) + DOWN
    near = {
        number: _down(places[edge.producer], places[edge.consumer])
        for number, edge in enumerate(scene.edges)
        if ranks[edge.consumer] - ranks[edge.producer] == 1
    }
    routes, width = all_routes(scene, places, near, right - left)
    return Layout(
        width=width,
        height=max(y - DOWN, 0.0),
        places=tuple(places[card.id] for card in scene.cards),
        frames=(),
        routes=routes,
        engine="layered",
        reason=reason,
    )


def _down(first: Place, last: Place) -> Way:
    """From the middle of a card's lower border to that of another's upper border."""
    x0, y0 = first.x + first.card.width / 2, first.y + first.card.height
    x1, y1 = last.x + last.card.width / 2, last.y
    middle = (y0 + y1) / 2
    points = ((x0, y0), (x0, middle), (x1, middle), (x1, y1))
    return docked(points, first.rectangle, last.rectangle)


def _middles(scene: Scene, rows: list[list[Card]]) -> dict[int, float]:
    """The x of each card's middle, after sweeping down and up; sorts the rows on the way."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for edge in scene.edges:
        above.setdefault(edge.consumer, []).append(edge.producer)
        below.setdefault(edge.producer, []).append(edge.consumer)
    middles: dict[int, float] = {}
    for row in rows:
        _spread(row, {}, middles)
    for sweep in range(SWEEPS):
        upwards = sweep % 2 == 1
        neighbours = below if upwards else above
        for row in reversed(rows) if upwards else rows:
            wished = {
                card.id: fmean(middles[other] for other in neighbours[card.id])
                for card in row
                if card.id in neighbours
            }
            row.sort(key=lambda card: wished.get(card.id, middles[card.id]))
            _spread(row, wished, middles)
    return middles


def _spread(row: list[Card], wished: dict[int, float], middles: dict[int, float]) -> None:
    """Set a row's cards side by side, as near to their wishes as their order allows."""
    at, end = [], float("-inf")
    for card in row:
        left = max(end, wished.get(card.id, middles.get(card.id, 0.0)) - card.width / 2)
        at.append(left)
        end = left + card.width + ACROSS
    shift = (
        fmean(
            left + card.width / 2 - wished.get(card.id, middles.get(card.id, 0.0))
            for left, card in zip(at, row, strict=True)
        )
        if row
        else 0.0
    )
    for left, card in zip(at, row, strict=True):
        middles[card.id] = left + card.width / 2 - shift
