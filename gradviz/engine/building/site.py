"""A block that does not fit, in its diagram, and how to put down a change of it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.wants import Shape
from gradviz.i18n import N_
from gradviz.spec.model import Block, Diagram, Setting, Wire


class Proposal(Struct, frozen=True):
    """A diagram with a change in it. ``text`` is a template that ``fields`` fill in."""

    text: str
    fields: dict[str, object]
    diagram: Diagram


class Site(Struct, frozen=True):
    """A block that does not fit. ``feeds`` are its wires with the shapes that they bring, as far as
    these are known.
    """

    diagram: Diagram
    block: Block
    feeds: tuple[tuple[Wire, Shape | None], ...]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes that come in."""
        return tuple(shape for _wire, shape in self.feeds if shape is not None)

    @property
    def kind(self) -> BlockKind | None:
        """What the block is, if it is of the catalogue."""
        return next((each for each in BLOCKS if each.name == self.block.kind), None)

    def with_settings(self, **settings: Setting) -> Diagram:
        """The diagram with the block set to this."""
        return self.with_block(replace(self.block, settings={**self.block.settings, **settings}))

    def with_block(self, new: Block) -> Diagram:
        """The diagram with another block of the same name."""
        blocks = tuple(new if each.name == new.name else each for each in self.diagram.blocks)
        return replace(self.diagram, blocks=blocks)

    def with_inserted(self, wire: Wire, block: Block) -> Diagram:
        """The diagram with a block on a wire that leads to this one."""
        wires = list(self.diagram.wires)
        place = wires.index(wire)
        wires[place : place + 1] = [Wire(wire.source, block.name), Wire(block.name, wire.target)]
        blocks = list(self.diagram.blocks)
        blocks.insert(blocks.index(self.block), block)
        return replace(self.diagram, blocks=tuple(blocks), wires=tuple(wires))

    def named(self, kind: str, **settings: Setting) -> Block:
        """A block to be inserted, with a name of its own."""
        return Block(free_name(self.diagram, kind.lower()), kind, settings)

    def setting(self, name: str, value: Setting) -> Proposal:
        """To set the block to a value."""
        return Proposal(
            N_("set {setting} of {block} to {value}"),
            {"setting": name, "block": self.block.name, "value": value},
            self.with_settings(**{name: value}),
        )

    def inserting(self, wire: Wire, kind: str, **settings: Setting) -> Proposal:
        """To insert a block in front of it."""
        return Proposal(
            N_("insert {kind} in front of {block}"),
            {"kind": kind, "block": self.block.name},
            self.with_inserted(wire, self.named(kind, **settings)),
        )


def free_name(diagram: Diagram, wanted: str) -> str:
    """The name, with a number behind it if a block has it already."""
    taken = {block.name for block in diagram.blocks}
    names = (wanted if number == 1 else f"{wanted}{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
