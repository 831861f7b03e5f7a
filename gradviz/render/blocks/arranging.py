"""Where the blocks of a diagram stand that nobody has put anywhere: Graphviz decides."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.render.arrange.arrange import arrange
from gradviz.render.blocks.blockcard import BlockCard
from gradviz.render.blocks.drawblock import reach_below
from gradviz.render.folds.fold import fold
from gradviz.render.scene.scene import Card, Scene
from gradviz.spec.check import block_of
from gradviz.spec.model import Wire
from gradviz.trace.graph import Graph, GraphEdge, GraphNode

GRID = 4.0
"""Pixels to which positions are rounded."""


def arranged(cards: Sequence[BlockCard], wires: Sequence[Wire]) -> dict[str, tuple[float, float]]:
    """The middle of each card, producers above consumers."""
    number = {card.name: place for place, card in enumerate(cards)}
    nodes = tuple(GraphNode(place, card.name, "", "", None) for place, card in enumerate(cards))
    slots: dict[str, int] = {}
    edges = []
    for wire in wires:
        producer, consumer = block_of(wire.source), block_of(wire.target)
        if producer in number and consumer in number:
            slot = slots[consumer] = slots.get(consumer, -1) + 1
            edges.append(GraphEdge(number[producer], number[consumer], slot))
    folded = fold(Graph(nodes, tuple(edges), len(nodes) - 1 if nodes else None))
    boxes = tuple(_box(place, card) for place, card in enumerate(cards))
    layout = arrange(Scene(cards=boxes, frames=(), folded=folded, live=False))
    found = {}
    for place in layout.places:
        card = cards[place.card.id]
        middle = _rounded(place.x + card.width / 2), _rounded(place.y) + card.height / 2
        found[card.name] = middle
    return found


def _box(place: int, card: BlockCard) -> Card:
    """The card with the room for the shapes below it."""
    return Card(
        id=place,
        kind="function",
        title="",
        subtitle="",
        shape="",
        name=card.name,
        module="",
        helper=False,
        width=card.width,
        height=card.height + reach_below(len(card.outputs)),
    )


def _rounded(value: float) -> float:
    return round(value / GRID) * GRID
