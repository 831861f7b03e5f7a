"""How deep in the data flow each card lies."""

from __future__ import annotations

from collections import deque

from gradviz.render.scene import Scene


def ranks_of(scene: Scene) -> dict[int, int]:
    """Each card's rank by id: one more than its deepest producer, and a card without producers
    just above its first consumer. Cards on a loop, which autograd never makes, get rank 0.
    """
    waits = {card.id: 0 for card in scene.cards}
    consumers: dict[int, list[int]] = {card.id: [] for card in scene.cards}
    for edge in scene.edges:
        waits[edge.consumer] += 1
        consumers[edge.producer].append(edge.consumer)
    sources = [id for id, count in waits.items() if not count]
    ranks = dict.fromkeys(waits, 0)
    ready = deque(sources)
    while ready:
        id = ready.popleft()
        for consumer in consumers[id]:
            ranks[consumer] = max(ranks[consumer], ranks[id] + 1)
            waits[consumer] -= 1
            if not waits[consumer]:
                ready.append(consumer)
    for id in sources:
        if consumers[id]:
            ranks[id] = min(ranks[consumer] for consumer in consumers[id]) - 1
    return ranks
