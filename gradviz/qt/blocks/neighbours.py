"""Which block the arrow keys lead to."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.blocks.places import Place


def next_block(places: Mapping[str, Place], name: str, across: int, down: int) -> str:
    """The block that is nearest that way; without one to start from, the topmost."""
    if name not in places:
        return min(places, key=lambda each: (places[each][1], places[each][0]), default="")
    x, y = places[name]

    def cost(each: str) -> float:
        dx, dy = places[each][0] - x, places[each][1] - y
        ahead, aside = dx * across + dy * down, abs(dx * down) + abs(dy * across)
        return ahead + 2.5 * aside if ahead > 1 else float("inf")

    best = min(places, key=cost, default="")
    return best if best and cost(best) < float("inf") else ""
