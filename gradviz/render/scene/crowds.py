"""Which edges an engine leads: not those that are too long, nor those that crowd side by side.

An engine puts a node on every rank that an edge passes. A few such edges, of blocks with a skip or
of a U-Net, it leads well; the dozens of a dense block become a tangle, and take it minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

LONGEST = 40
"""Ranks that an edge may reach over."""
LONG = 3
"""An edge over so many ranks passes others by."""
MOST = 6
"""So many long edges may lie side by side."""

T = TypeVar("T")


def crowded(edges: Sequence[tuple[T, T]], ranks: Mapping[T, int]) -> frozenset[int]:
    """The places of the edges, from producer to consumer, that are not for an engine.

    With a long edge in a crowd all go around that its producer's value takes past another rank.
    """
    spans = [ranks[consumer] - ranks[producer] for producer, consumer in edges]
    if max(spans, default=0) < LONG:
        return frozenset()
    change = [0] * (max(ranks.values()) + 2)
    for (producer, consumer), span in zip(edges, spans, strict=True):
        if span >= LONG:
            change[ranks[producer]] += 1
            change[ranks[consumer]] -= 1
    crowds = [count > MOST for count in accumulate(change)]
    before = [0, *accumulate(crowds)]
    crowding = {
        producer
        for (producer, consumer), span in zip(edges, spans, strict=True)
        if span >= LONG and before[ranks[consumer]] > before[ranks[producer]]
    }
    return frozenset(
        place
        for place, ((producer, _), span) in enumerate(zip(edges, spans, strict=True))
        if span > LONGEST or (span > 1 and producer in crowding)
    )
