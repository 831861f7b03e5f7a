"""Which cards stand beside an op: its own parameters, and what it made of them on the way."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from gradviz.render.scene.ranks import ranks_of
from gradviz.render.scene.scene import Card, Scene


class Row(Struct, frozen=True):
    """The ids at the left and at the right of an op, each from left to right."""

    left: tuple[int, ...]
    right: tuple[int, ...]


def rows_of(scene: Scene) -> dict[int, Row]:
    """The row of each op that has one, by the op's id.

    At an op's side stand leaves that feed it alone and lie in its module call, with the helper
    between if there is one (``weight ▸ t ▸ linear``); of a leaf that is used elsewhere too, only
    the helper. What has the most dimensions stands at the left, the next at the right. Any more
    stay above; so do all of ops that stand beside each other in one module call, where Graphviz
    would mix their rows.
    """
    cards = {card.id: card for card in scene.cards}
    consumers: dict[int, list[int]] = {}
    producers: dict[int, list[int]] = {}
    for edge in scene.edges:
        consumers.setdefault(edge.producer, []).append(edge.consumer)
        producers.setdefault(edge.consumer, []).append(edge.producer)

    def next_inside(card: Card) -> Card | None:
        following = consumers.get(card.id, [])
        found = cards[following[0]] if len(following) == 1 else None
        return found if found and found.module == card.module else None

    chains: dict[int, list[tuple[int, ...]]] = {}
    for card in scene.cards:
        sources = [cards[id] for id in producers.get(card.id, ())]
        op = next_inside(card)
        if op is None:
            continue
        if card.helper and len(sources) == 1 and sources[0].kind == "leaf":
            whole = next_inside(sources[0]) is not None
            chain = (sources[0].id, card.id) if whole else (card.id,)
            chains.setdefault(op.id, []).append(chain)
        elif card.kind == "leaf" and not (op.helper and len(producers[op.id]) == 1):
            chains.setdefault(op.id, []).append((card.id,))
    rows = {}
    for id, found in chains.items():
        found.sort(key=lambda chain: -cards[chain[0]].shape.count(" "))
        rows[id] = Row(left=found[0], right=found[1][::-1] if len(found) > 1 else ())
    return _apart(scene, cards, rows)


def _apart(scene: Scene, cards: dict[int, Card], rows: dict[int, Row]) -> dict[int, Row]:
    """The rows without those of one rank in one module call."""
    modules = Counter(cards[id].module for id in rows)
    if not rows or max(modules.values()) == 1:
        return rows
    ranks = ranks_of(scene)
    beside = Counter((cards[id].module, ranks[id]) for id in rows)
    return {id: row for id, row in rows.items() if beside[cards[id].module, ranks[id]] == 1}
