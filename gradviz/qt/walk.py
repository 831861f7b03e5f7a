"""Walking from card to card with the arrow keys: along the edges, and across."""

from __future__ import annotations

from typing import Literal, TypeAlias

from gradviz.qt.graphitems import NodeItem
from gradviz.qt.picture import Picture

Way: TypeAlias = Literal["up", "down", "left", "right"]


def next_card(picture: Picture, item: NodeItem, way: Way) -> NodeItem | None:
    """The card one comes to: up to what feeds this one, down to what it feeds, the straightest way
    first; left and right to the nearest at the same height.
    """
    linked = way in ("up", "down")
    found = _linked(picture, item, way) if linked else _beside(picture, item, way)
    middle = item.card.center()

    def away(other: NodeItem) -> tuple[float, float]:
        apart = other.card.center() - middle
        across, down = abs(apart.x()), abs(apart.y())
        return (across, down) if linked else (across + 2 * down, down)

    return min(found, key=away, default=None)


def _linked(picture: Picture, item: NodeItem, way: Way) -> list[NodeItem]:
    """Across an edge; ops before the leaves that feed them, which stand aside."""
    near, far = (1, 0) if way == "up" else (0, 1)
    numbers = {
        picture.ends[edge][far]
        for edge in picture.edges_of.get(item.number, ())
        if picture.ends[edge][near] == item.number
    }
    found = [picture.nodes[number] for number in numbers - {item.number}]
    found = [other for other in found if other.nodes]
    ops = [other for other in found if other.place.card.kind != "leaf"]
    return ops or found


def _beside(picture: Picture, item: NodeItem, way: Way) -> list[NodeItem]:
    box = item.card
    whole = picture.layout.width
    left, right = (0.0, box.left()) if way == "left" else (box.right(), whole)
    return [
        other
        for other in picture.cards_in((left, box.top(), right, box.bottom()))
        if other is not item
        and other.nodes
        and (
            other.card.right() <= box.left() if way == "left" else other.card.left() >= box.right()
        )
    ]
