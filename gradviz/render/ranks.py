"""How deep in the data flow each card lies."""

from __future__ import annotations

from collections import deque

from gradviz.render.scene import Scene


def ranks_of(scene: Scene) -> dict[int, int]:
    """Each card's rank by id: as deep as its consumers allow, and below all of its producers.

    So a parameter lies just above its first use. Cards on a loop, which autograd never makes, and
    what lies behind one get rank 0.
    """
    waits = {card.id: 0 for card in scene.cards}
    consumers: dict[int, list[int]] = {card.id: [] for card in scene.cards}
    for edge in scene.edges:
        waits[edge.consumer] += 1
        consumers[edge.producer].append(edge.consumer)
    ranks = dict.fromkeys(waits, 0)
    ready = deque(id for id, count in waits.items() if not count)
    order = []
    while ready:
        id = ready.popleft()
        order.append(id)
        for consumer in consumers[id]:
            ranks[consumer] = max(ranks[consumer], ranks[id] + 1)
            waits[consumer] -= 1
            if not waits[consumer]:
                ready.append(consumer)
    for id in reversed(order):
        if consumers[id]:
            ranks[id] = max(ranks[id], min(ranks[consumer] for consumer in consumers[id]) - 1)
    return ranks
