"""What gestures do to the model: each is one change, made of the editing functions.

A change is a function of a model; it runs in the worker, which has torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from msgspec import structs

from gradviz.errors import GradvizError
from gradviz.render.blocks.places import Place, below, free_place, shift_aside, with_room
from gradviz.render.blocks.sheet import Sheet, sheet_of
from gradviz.spec.check import block_of
from gradviz.spec.model import Diagram, Model, Wire

if TYPE_CHECKING:
    from gradviz.editing.edited import Edited

Change: TypeAlias = "Callable[[Model], Edited]"
Places: TypeAlias = Mapping[str, Place]


class Edits:
    """Changes of the diagram ``within`` a model, on which the blocks stand at ``places``. While
    nobody has put any of them anywhere (``free``), they are arranged anew after each change; else
    what is added gets a place, and makes others give way.
    """

    def __init__(self, within: str, path: str, sheet: Sheet, places: Places, *, free: bool) -> None:
        self._within, self._path = within, path
        self._sheet = sheet
        self._places = dict(places)
        self._free = free

    def add(self, kind: str, spot: Place | None) -> Change:
        """A block somewhere; where that is said, all blocks stay where they are from then on."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.add(editing.borrowed(model, kind), kind, within=self._within)
            return done if spot is None and self._free else self._put(done, spot or (0.0, 0.0))

        return change

    def add_after(self, kind: str, source: str, spot: Place | None = None) -> Change:
        """A block that is fed by an output. If that leads to one place, it comes between."""
        name = block_of(source)
        fed = [wire for wire in self._wires() if block_of(wire.source) == name]
        if len(fed) == 1 and spot is None:
            return self.insert(kind, fed[0])

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.add(editing.borrowed(model, kind), kind, within=self._within)
            new = done.names[0]
            model = done.model
            with suppress(GradvizError):  # a block that takes nothing is just added
                target = _first_input(model, self._within, new)
                model = editing.connect(model, source, target, within=self._within).model
                model = self._fitted(model, new)
            done = _edited(model, (new,))
            if spot is None and self._free:
                return done
            return self._put(done, spot or self._below(model, new, name))

        return change

    def add_before(self, kind: str, target: str, spot: Place) -> Change:
        """A block that feeds an input."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.add(editing.borrowed(model, kind), kind, within=self._within)
            model = done.model
            with suppress(GradvizError):  # a block that gives nothing is just added
                model = editing.connect(model, done.names[0], target, within=self._within).model
            return self._put(_edited(model, done.names), spot)

        return change

    def insert(self, kind: str, wire: Wire, spot: Place | None = None) -> Change:
        """A block on a wire; what is below gives way."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.insert(editing.borrowed(model, kind), wire, kind, within=self._within)
            done = _edited(self._fitted(done.model, done.names[0]), done.names)
            return done if self._free else self._put(done, self._on(wire, spot), room=True)

        return change

    def insert_block(self, name: str, wire: Wire, places: Places) -> Change:
        """A block that is there already on a wire."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.insert_block(model, wire, name, within=self._within)
            spot = places.get(name) or self._on(wire, None)
            return self._put(_edited(self._fitted(done.model, name), (name,)), spot, room=True)

        return change

    def move(self, places: Places) -> Change:
        """Blocks to other places; the others stay where they are."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            known = {**self._places, **places} if self._free else places
            done = editing.move(model, known, within=self._within)
            return _edited(done.model, tuple(places))

        return change

    def connect(self, source: str, target: str) -> Change:
        """A wire."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.connect(model, source, target, within=self._within)
            return _edited(self._fitted(done.model, block_of(target)), done.names)

        return change

    def reconnect(self, gone: Wire, source: str, target: str) -> Change:
        """A wire's end to another port."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            done = editing.disconnect(model, [gone], within=self._within)
            done = editing.connect(done.model, source, target, within=self._within)
            return _edited(self._fitted(done.model, block_of(target)), done.names)

        return change

    def paste(self, text: str, spot: Place | None) -> Change:
        """What a text holds; its middle at a spot."""

        def change(model: Model) -> Edited:
            from gradviz import editing

            where = None if self._free else spot
            done = editing.paste(model, text, within=self._within, position=where)
            return self._unplaced(done) if self._free else self._aside(done)

        return change

    def _unplaced(self, done: Edited) -> Edited:
        """The new blocks without places, so that they are arranged with all others."""
        from gradviz.editing.diagrams import changed

        diagram = _diagram(done.model, self._within)
        blocks = tuple(
            structs.replace(block, position=None) if block.name in done.names else block
            for block in diagram.blocks
        )
        model = changed(done.model, self._within, structs.replace(diagram, blocks=blocks))
        return _edited(model, done.names)

    def _aside(self, done: Edited) -> Edited:
        """The new blocks as far to the right as it takes not to lie on what was there."""
        from gradviz import editing

        diagram = _diagram(done.model, self._within)
        cards = self._drawn(done.model, diagram).cards
        new = {b.name: b.position for b in diagram.blocks if b.name in done.names and b.position}
        known = {name: place for name, place in self._places.items() if name in cards}
        far = shift_aside(new, known, cards)
        places = {name: (x + far, y) for name, (x, y) in new.items()}
        moved = editing.move(done.model, {**known, **places}, within=self._within)
        return _edited(moved.model, done.names)

    def _fitted(self, model: Model, name: str) -> Model:
        """What was just put down takes its sizes from what feeds it."""
        from gradviz import editing

        return editing.fitted(model, name, within=self._within, path=self._path)

    def _put(self, done: Edited, spot: Place, *, room: bool = False) -> Edited:
        """The one new block to a spot, and all others to where they are seen."""
        from gradviz import editing

        name = done.names[0]
        diagram = _diagram(done.model, self._within)
        sheet = self._drawn(done.model, diagram)
        places = {each: place for each, place in self._places.items() if each in sheet.cards}
        places.pop(name, None)
        if room:
            places[name] = spot
            places.update(with_room(name, sheet.cards, diagram.wires, places))
        else:
            places[name] = free_place(spot, sheet.cards[name], sheet.cards, places)
        moved = editing.move(done.model, places, within=self._within)
        return _edited(moved.model, done.names)

    def _below(self, model: Model, name: str, source: str) -> Place:
        """The place under a block."""
        sheet = self._drawn(model, _diagram(model, self._within))
        if source not in self._places:
            return 0.0, 0.0
        return below(source, sheet.cards[name], sheet.cards, self._places)

    def _on(self, wire: Wire, spot: Place | None) -> Place:
        """The place of what is put on a wire: under what feeds it."""
        name = block_of(wire.source)
        if name not in self._places:
            return spot or (0.0, 0.0)
        x, y = self._places[name]
        middle = y + self._sheet.cards[name].height / 2 + 48 + 28
        target = self._places.get(block_of(wire.target))
        if spot is None:
            return x, middle
        straight = target is not None and abs(target[0] - x) < 1 and abs(spot[0] - x) < 120
        return (x if straight else spot[0]), max(spot[1], middle)

    def _drawn(self, model: Model, diagram: Diagram) -> Sheet:
        from gradviz.editing.known import known_blocks
        from gradviz.render.blocks.kindcards import cards_of, kinds_of

        return sheet_of(diagram, kinds_of(model, cards_of(known_blocks())), None, "")

    def _wires(self) -> Iterable[Wire]:
        return (thread.wire for thread in self._sheet.threads)


def _edited(model: Model, names: tuple[str, ...]) -> Edited:
    from gradviz.editing.edited import Edited

    return Edited(model, names)


def _first_input(model: Model, within: str, name: str) -> str:
    """The first input of a block, as a wire names it."""
    from gradviz.editing.known import planner_of

    block = next(each for each in _diagram(model, within).blocks if each.name == name)
    planner = planner_of(model)
    ports = planner.ports(planner.kind(block, where=name))
    several = len(ports.inputs) > 1 and not ports.variadic
    return f"{name}.{ports.inputs[0]}" if several else name


def _diagram(model: Model, within: str) -> Diagram:
    return next((each for each in model.composites if each.name == within), model)
