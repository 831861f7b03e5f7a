"""How each thing and each wire of a page looks: only what changes from moment to moment is kept."""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from gradviz.render.arrange.insets import Insets, Wire
from gradviz.render.arrange.inside import CutEdge, passing
from gradviz.render.draw.cards import draw_node, number
from gradviz.render.draw.ghostcards import chip, chip_width
from gradviz.render.draw.tags import draw_copy
from gradviz.render.layout.layout import Copy, Place
from gradviz.render.theme import VARIABLES
from gradviz.render.web.known import Known
from gradviz.render.web.pieces import Pieces

Look: TypeAlias = "int | tuple[bool, str | None]"
Changes: TypeAlias = list[tuple[int, Look]]
"""What it looks like from a moment on, by the moment's number."""


class Looks:
    """The looks of a graph's insets."""

    def __init__(self, insets: Insets, pieces: Pieces) -> None:
        self.insets = insets
        self.things: list[Changes] = [[] for _ in insets.things]
        self.wires: list[list[Changes]] = [[[] for _ in inset.wires] for inset in insets.insets]
        self._pieces = pieces
        self._last: dict[int, object] | None = None
        self.holding: dict[int, list[int]] = {}
        """The things that each node is in."""
        for number_, thing in enumerate(insets.things):
            for id in thing.members:
                self.holding.setdefault(id, []).append(number_)
            if not thing.members:
                _note(self.things[number_], 0, self._piece(number_, None))
        self._wires: dict[int, set[tuple[int, int]]] = {}
        for place, inset in enumerate(insets.insets):
            for number_, wire in enumerate(inset.wires):
                for edge in wire.edges:
                    for id in (edge.producer, edge.consumer):
                        self._wires.setdefault(id, set()).add((place, number_))

    def add(self, moment: int, known: Known | None) -> None:
        """Take up what is different at a moment, which comes after those that were added."""
        nodes = self.insets.graph.by_id
        now = None if known is None else {id: known.key(id) for id in nodes}
        last, self._last = self._last, now
        changed = [id for id in nodes if last is None or now is None or last[id] != now[id]]
        for number_ in sorted({thing for id in changed for thing in self.holding.get(id, ())}):
            _note(self.things[number_], moment, self._piece(number_, known))
        for at, number_ in sorted({wire for id in changed for wire in self._wires.get(id, ())}):
            wire = self.insets.insets[at].wires[number_]
            _note(self.wires[at][number_], moment, _look(wire, known))

    def passes(self, wire: Wire) -> dict[int, None]:
        """What passes over borders on a wire, in order."""
        return dict.fromkeys(map(passing, wire.edges))

    def chips(self, wire: Wire) -> list[list[float | bool]]:
        """Of a wire that was cut, by what: the piece around a point, half of its width, and whether
        it stands at the beginning; nothing of other wires, and of one without a word nothing in it.
        """
        edge = wire.edges[0] if wire.edges else None
        if not isinstance(edge, CutEdge):
            return []
        word = edge.stub.word
        if not word:
            return [[]]
        piece = self._pieces.add(tuple(chip((0.0, 0.0), word, VARIABLES)))
        return [[piece, chip_width(word) / 2, edge.stub.ghost]]

    def _piece(self, number_: int, known: Known | None) -> int:
        thing = self.insets.things[number_]
        place = Place(replace(thing.card, id=0), 0.0, 0.0)
        if thing.like is not None:
            original = self.insets.things[thing.like]
            status = known.of(thing.like, original) if known is not None else None
            return self._pieces.add(draw_copy(Copy(0, place), status, VARIABLES))
        status = known.of(number_, thing) if known is not None and thing.members else None
        return self._pieces.add(draw_node(place, status, VARIABLES))


def _note(changes: Changes, moment: int, look: Look) -> None:
    if not changes or changes[-1][1] != look:
        changes.append((moment, look))


def _look(wire: Wire, known: Known | None) -> tuple[bool, str | None]:
    """Whether it is still ahead, and the norm of the gradient that came back, as it is written:
    None if none did yet, ``?`` if it was lost.
    """
    if known is None:
        return False, None
    if any(isinstance(edge, CutEdge) for edge in wire.edges):
        return all(known.is_ahead(edge.consumer) for edge in wire.edges), None
    waits = known.is_ahead
    ahead = all(waits(edge.producer) or waits(edge.consumer) for edge in wire.edges)
    norm = known.norm(wire)
    return ahead, None if norm is None else "?" if norm == "lost" else number(norm)
