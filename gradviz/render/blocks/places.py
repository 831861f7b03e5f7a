"""Room on the canvas: where a further block goes, and what gives way to it. A place is the middle
of a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from gradviz.render.blocks.blockcard import BlockCard
from gradviz.spec.check import block_of
from gradviz.spec.model import Wire

Place: TypeAlias = "tuple[float, float]"
Places: TypeAlias = Mapping[str, Place]
Cards: TypeAlias = Mapping[str, BlockCard]
GAP = 48.0
"""Pixels between a card and the one below it."""
ACROSS = 32.0


def free_place(wanted: Place, card: BlockCard, cards: Cards, places: Places) -> Place:
    """The place that is wanted, or the nearest right of it where nothing stands."""
    x, y = wanted
    for _try in cards:
        hit = [
            name
            for name, (left, top) in places.items()
            if name in cards
            and abs(left - x) < (cards[name].width + card.width) / 2
            and abs(top - y) < (cards[name].height + card.height) / 2
        ]
        if not hit:
            break
        right = max(places[name][0] + cards[name].width / 2 for name in hit)
        x = right + ACROSS + card.width / 2
    return x, y


def shift_aside(new: Places, known: Places, cards: Cards) -> float:
    """How far to the right some blocks go together, so that none of them lies on a known one."""
    far = 0.0
    for _try in known:
        over = [
            known[other][0] + cards[other].width / 2 - (x + far - cards[name].width / 2)
            for name, (x, y) in new.items()
            for other, (left, top) in known.items()
            if abs(left - x - far) < (cards[name].width + cards[other].width) / 2
            and abs(top - y) < (cards[name].height + cards[other].height) / 2
        ]
        if not over:
            break
        far += max(over) + ACROSS
    return far


def with_room(name: str, cards: Cards, wires: Iterable[Wire], places: Places) -> dict[str, Place]:
    """The places of those that have to go down, so that a block has room above what it feeds."""
    wires = list(wires)
    bottom = places[name][1] + cards[name].height / 2 + GAP
    fed = [block_of(wire.target) for wire in wires if block_of(wire.source) == name]
    tops = [places[each][1] - cards[each].height / 2 for each in fed if each in places]
    if not tops or min(tops) >= bottom:
        return {}
    down = bottom - min(tops)
    behind = _behind(fed, wires) - {name}
    return {each: (places[each][0], places[each][1] + down) for each in behind if each in places}


def below(name: str, card: BlockCard, cards: Cards, places: Places) -> Place:
    """The place under a block."""
    x, y = places[name]
    return x, y + cards[name].height / 2 + GAP + card.height / 2


def placed(
    order: Sequence[str], cards: Cards, wires: Sequence[Wire], known: Places
) -> dict[str, Place]:
    """Places for all cards: those that are ``known``, and for each other one a place below what
    feeds it, above what it feeds, or at the right of everything.
    """
    places = {name: known[name] for name in order if name in known}
    for name in order:
        if name in places:
            continue
        card = cards[name]
        above = [block_of(each.source) for each in wires if block_of(each.target) == name]
        under = [block_of(each.target) for each in wires if block_of(each.source) == name]
        above = [each for each in above if each in places]
        under = [each for each in under if each in places]
        if above:
            lowest = max(above, key=lambda each: places[each][1])
            wanted = below(lowest, card, cards, places)
        elif under:
            highest = min(under, key=lambda each: places[each][1])
            x, y = places[highest]
            wanted = x, y - cards[highest].height / 2 - GAP - card.height / 2
        else:
            right = max((x + cards[each].width / 2 for each, (x, _) in places.items()), default=0.0)
            top = min((y - cards[each].height / 2 for each, (_, y) in places.items()), default=0.0)
            wanted = right + ACROSS + card.width / 2, top + card.height / 2
        if above and under:
            places[name] = wanted
            places.update(with_room(name, cards, wires, places))
        else:
            places[name] = free_place(wanted, card, cards, places)
    return places


def _behind(names: Iterable[str], wires: Sequence[Wire]) -> set[str]:
    """These and all that they lead to."""
    leads: dict[str, list[str]] = {}
    for wire in wires:
        leads.setdefault(block_of(wire.source), []).append(block_of(wire.target))
    waiting, found = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += leads.get(name, ())
    return found
