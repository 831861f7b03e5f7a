"""The way of the data that is drawn straight down: through steps, blocks and layers to the loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def spine(
    edges: Sequence[tuple[T, T]],
    ways: Mapping[T, int],
    candidates: Mapping[T, Sequence[int]],
    fed: Collection[T] = (),
) -> set[int]:
    """The places of the edges that are drawn straight: of each thing at most one that comes in,
    from where the data has come furthest, and one that goes out.

    ``ways`` is how many edges lead to each thing, ``candidates`` are the places of those into it
    that may be straight. What is ``fed`` goes before what is not.
    """
    waiting = dict(candidates)
    found: dict[T, int] = {}

    def far(place: int) -> tuple[bool, int]:
        source = edges[place][0]
        return source in fed, ways[source]

    for last in sorted(ways, key=lambda thing: -ways[thing]):
        free = [place for place in waiting.pop(last, ()) if edges[place][0] not in found]
        while free:
            place = max(free, key=far)
            source = edges[place][0]
            found[source] = place
            free = [place for place in waiting.pop(source, ()) if edges[place][0] not in found]
    return set(found.values())
