"""How each thing and each wire of a page looks: only what changes from moment to moment is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from msgspec.structs import replace

from gradviz.render.cards import draw_node
from gradviz.render.drawing import Item
from gradviz.render.fold import Group
from gradviz.render.gather import of_group, together
from gradviz.render.insets import Insets, Thing, Wire
from gradviz.render.layout import Place
from gradviz.render.status import Status
from gradviz.render.svg import FAMILIES, elements, hatches
from gradviz.render.theme import VARIABLES

Look: TypeAlias = "int | list[bool | float | str | None]"
Changes: TypeAlias = list[tuple[int, Look]]
"""What it looks like from a moment on, by the moment's number."""


class Pieces:
    """Pieces of SVG, each once, and the patterns that they fill boxes with. Colours and fonts are
    those of the page.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.patterns: set[str] = set()

    def add(self, items: tuple[Item, ...]) -> int:
        """The number of the piece that shows the items."""
        self.patterns.add(hatches(items))
        text = elements(items)
        for family, names in FAMILIES.items():
            text = text.replace(f'font-family="{names}"', f'class="{family}"')
        return self.numbers.setdefault(text, len(self.numbers))


class Looks:
    """The looks of a graph's insets."""

    def __init__(self, insets: Insets, pieces: Pieces) -> None:
        self.insets = insets
        self.things: list[Changes] = [[] for _ in insets.things]
        self.wires: list[list[Changes]] = [[[] for _ in inset.wires] for inset in insets.insets]
        self._pieces = pieces
        self._last: Mapping[int, Status] | None = None
        self._things: dict[int, list[int]] = {}
        for number, thing in enumerate(insets.things):
            for id in thing.members:
                self._things.setdefault(id, []).append(number)
        self._wires: dict[int, set[tuple[int, int]]] = {}
        for place, inset in enumerate(insets.insets):
            for number, wire in enumerate(inset.wires):
                for edge in wire.edges:
                    for id in (edge.producer, edge.consumer):
                        self._wires.setdefault(id, set()).add((place, number))

    def add(self, moment: int, statuses: Mapping[int, Status] | None) -> None:
        """Take up what is different at a moment, which comes after those that were added."""
        nodes = self.insets.graph.by_id
        last, self._last = self._last, statuses
        changed = [id for id in nodes if not (last and statuses) or last[id] != statuses[id]]
        for number in sorted({thing for id in changed for thing in self._things.get(id, ())}):
            thing = self.insets.things[number]
            place = Place(replace(thing.card, id=0), 0.0, 0.0)
            items = draw_node(place, self._status(thing, statuses), VARIABLES)
            _note(self.things[number], moment, self._pieces.add(items))
        for at, number in sorted({wire for id in changed for wire in self._wires.get(id, ())}):
            wire = self.insets.insets[at].wires[number]
            _note(self.wires[at][number], moment, _look(wire, statuses))

    def _status(self, thing: Thing, statuses: Mapping[int, Status] | None) -> Status | None:
        if statuses is None:
            return None
        if not thing.paths:
            return statuses[thing.card.id]
        return of_group(self.insets.graph, Group(thing.paths, thing.members), statuses)


def _note(changes: Changes, moment: int, look: Look) -> None:
    if not changes or changes[-1][1] != look:
        changes.append((moment, look))


def _look(wire: Wire, statuses: Mapping[int, Status] | None) -> list[bool | float | str | None]:
    """Whether it is still ahead, and the norm of the gradient that came back: None if none did yet,
    a word if it is no number.
    """
    if statuses is None:
        return [False, None]
    ahead = all(
        "ahead" in (statuses[edge.producer].stage, statuses[edge.consumer].stage)
        for edge in wire.edges
    )
    norm = together(statuses[edge.consumer].sent.get(edge.slot) for edge in wire.edges)
    if isinstance(norm, float):
        norm_or_word = float(f"{norm:.4g}") if math.isfinite(norm) else "bad"
        return [ahead, norm_or_word]
    return [ahead, norm]
