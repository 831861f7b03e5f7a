"""How deep in the data flow each card lies."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeVar

from gradviz.render.scene.scene import Scene

T = TypeVar("T")


def ranks_of(scene: Scene) -> dict[int, int]:
    """Each card's rank by id: as deep as its consumers allow, and below all of its producers.

    So a parameter lies just above its first use. Cards on a loop, which autograd never makes, and
    what lies behind one get rank 0.
    """
    return depths(
        [card.id for card in scene.cards],
        [(edge.producer, edge.consumer) for edge in scene.edges],
    )


def depths(things: Iterable[T], edges: Sequence[tuple[T, T]]) -> dict[T, int]:
    """The same of any things, with edges from producer to consumer."""
    ranks = longest(things, edges)
    consumers: dict[T, list[T]] = {}
    for producer, consumer in edges:
        consumers.setdefault(producer, []).append(consumer)
    for thing in reversed(ranks):
        if thing in consumers:
            next_rank = min(ranks[consumer] for consumer in consumers[thing])
            ranks[thing] = max(ranks[thing], next_rank - 1)
    return ranks


def longest(things: Iterable[T], edges: Sequence[tuple[T, T]]) -> dict[T, int]:
    """How many edges the longest way to each thing has, in an order in which edges lead onwards."""
    waits = dict.fromkeys(things, 0)
    consumers: dict[T, list[T]] = {thing: [] for thing in waits}
    for producer, consumer in edges:
        waits[consumer] += 1
        consumers[producer].append(consumer)
    ways = dict.fromkeys(waits, 0)
    ready = deque(thing for thing, count in waits.items() if not count)
    order: list[T] = []
    while ready:
        thing = ready.popleft()
        order.append(thing)
        for consumer in consumers[thing]:
            ways[consumer] = max(ways[consumer], ways[thing] + 1)
            waits[consumer] -= 1
            if not waits[consumer]:
                ready.append(consumer)
    found = {thing: ways[thing] for thing in order}
    return found | {thing: 0 for thing in waits if thing not in found}
