"""Several blocks made into one."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gradviz.editing.diagrams import changed, chosen_in, diagram_of
from gradviz.editing.edited import Edited
from gradviz.editing.known import known_blocks, planner_of
from gradviz.editing.naming import check_composite_name, free_name, fresh_name
from gradviz.editing.parameters import names_of_block
from gradviz.editing.paths import moved_paths
from gradviz.editing.placing import Position, middle_of
from gradviz.editing.ports import End, Wired, ends_of, ports_in, wire_of
from gradviz.editing.sharing import check_together, tied_into, ties_lifted, without_ties
from gradviz.engine.building.plan import Ports
from gradviz.engine.building.settled import parameters_of
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting, Wire

BESIDE = 120.0
"""How far from the blocks their new inputs and outputs are put."""


def group(model: Model, names: Iterable[str], *, within: str = "", name: str = "") -> Edited:
    """Make blocks one: a composite of this name, with an Input for each tensor that comes from
    outside and an Output for each that goes there. What nothing is connected to yet becomes one,
    too. Given the same weights, the model computes the same bits.

    Inputs and outputs of the diagram itself stay where they are. The names in the blocks' formulas
    become the composite's parameters. Raises `UsageError` or `ProjectError`.
    """
    diagram = diagram_of(model, within)
    blocks = tuple(
        block for block in chosen_in(diagram, names) if block.kind not in ("Input", "Output")
    )
    _check_blocks(diagram, blocks)
    inside = {block.name for block in blocks}
    check_together(diagram, inside)
    if name:
        check_composite_name(model, name)
    taken = {each.name for each in (*model.composites, *known_blocks())}
    name = name or fresh_name("Block", taken)
    border = _Border(diagram, blocks, ports_in(diagram, planner_of(model)))
    used = {each for block in blocks for each in names_of_block(block)}
    values: dict[str, Setting] = {}
    if isinstance(diagram, Composite) and used:
        known = parameters_of(diagram, {}, diagram.name)
        values = {each: value for each, value in known.items() if each in used}
    composite = Composite(
        name=name,
        parameters=values,
        blocks=(*border.inputs, *(without_ties(each, inside) for each in blocks), *border.outputs),
        wires=border.inner,
    )
    numbered = free_name if name[-1].isdigit() else fresh_name  # Block1 ▸ block1, Part ▸ part1
    own = numbered(name.lower(), {each.name for each in diagram.blocks} - inside)
    settings: dict[str, Setting] = {each: f"={each}" for each in values}
    tied = ties_lifted(diagram, inside)
    one = Block(own, name, settings, position=middle_of(blocks), tied=tied)
    place = diagram.blocks.index(blocks[0])
    left = [block for block in diagram.blocks if block.name not in inside]
    before = sum(block.name not in inside for block in diagram.blocks[:place])
    extended = replace(model, composites=(*model.composites, composite))
    after = replace(diagram, blocks=(*left[:before], one, *left[before:]), wires=())
    after = tied_into(after, inside, own)
    outer = border.outer(own, ports_in(after, planner_of(extended)))
    found = changed(extended, within, replace(after, wires=outer))
    moves = {each: (own, each) for each in inside}
    return Edited(moved_paths(model, found, within, moves), (own,))


class _Border:
    """What crosses the border of a group: the ends that it has outside, each with its port."""

    def __init__(
        self, diagram: Diagram, blocks: tuple[Block, ...], ports: dict[str, Ports]
    ) -> None:
        self._inside = {block.name: block for block in blocks}
        self._wires = [(wire, *ends_of(wire, ports)) for wire in diagram.wires]
        self._entries: dict[End, str] = {}
        self._exits: dict[End, str] = {}
        self._names = set(self._inside)
        self.inputs: list[Block] = []
        self.outputs: list[Block] = []
        inner: list[Wired] = []
        for _, source, target in self._wires:
            if target.block in self._inside:
                start = source if source.block in self._inside else self._entry(source)
                inner.append((start, target))
        inner += [(self._entry(end), end) for end in self._open_inputs(ports)]
        for _, source, target in self._wires:
            if source.block in self._inside and target.block not in self._inside:
                self._exit(source)
        for end in self._open_outputs(ports):
            self._exit(end)
        inner += [(end, End(port, "x")) for end, port in self._exits.items()]
        known = ports | {each.name: Ports((), ("y",)) for each in self.inputs}
        known |= {each.name: Ports(("x",), ("y",)) for each in self.outputs}
        self.inner: tuple[Wire, ...] = tuple(wire_of(each, known) for each in inner)

    def outer(self, name: str, ports: dict[str, Ports]) -> tuple[Wire, ...]:
        """The wires outside, with those of the group at the block of this name."""
        found: dict[Wire, None] = {}
        for wire, source, target in self._wires:
            within = source.block in self._inside, target.block in self._inside
            if within == (False, False):
                found[wire] = None
            elif within == (False, True):
                found[wire_of((source, End(name, self._entries[source])), ports)] = None
            elif within == (True, False):
                found[wire_of((End(name, self._exits[source]), target), ports)] = None
        return tuple(found)

    def _entry(self, source: End) -> End:
        if source not in self._entries:
            port = self._entries[source] = self._free("x")
            place = _beside(self._inside.values(), len(self.inputs), -1)
            self.inputs.append(Block(port, "Input", position=place))
        return End(self._entries[source], "y")

    def _exit(self, source: End) -> None:
        if source not in self._exits:
            port = self._exits[source] = self._free("y")
            place = _beside(self._inside.values(), len(self.outputs), 1)
            self.outputs.append(Block(port, "Output", position=place))

    def _free(self, stem: str) -> str:
        name = free_name(stem, self._names)
        self._names.add(name)
        return name

    def _open_inputs(self, ports: dict[str, Ports]) -> list[End]:
        fed = {target for _, _, target in self._wires}
        ends = [
            End(name, port)
            for name in self._inside
            for port in (("a",) if ports[name].variadic else ports[name].inputs)
        ]
        some = {end.block for end in fed}
        return [
            end
            for end in ends
            if end not in fed and not (ports[end.block].variadic and end.block in some)
        ]

    def _open_outputs(self, ports: dict[str, Ports]) -> list[End]:
        used = {source.block for _, source, _ in self._wires}
        return [
            End(name, ports[name].outputs[0])
            for name in self._inside
            if name not in used and ports[name].outputs
        ]


def _beside(blocks: Iterable[Block], number: int, side: int) -> Position | None:
    """Where the input or output of this number stands: above the blocks (-1), or below them."""
    places = [block.position for block in blocks]
    known = [place for place in places if place is not None]
    if not known or len(known) < len(places):
        return None
    downs = [place[1] for place in known]
    down = (min(downs) if side < 0 else max(downs)) + side * BESIDE
    return min(place[0] for place in known) + number * BESIDE, down


def _check_blocks(diagram: Diagram, blocks: tuple[Block, ...]) -> None:
    if not blocks:
        raise UsageError(
            N_("there is nothing to group"),
            mend=N_("choose blocks other than inputs and outputs"),
        )
    inside = {block.name for block in blocks}
    ends = [(block_of(wire.source), block_of(wire.target)) for wire in diagram.wires]
    behind = _reached(inside, ends)
    before = _reached(inside, [(target, source) for source, target in ends])
    between = [each.name for each in diagram.blocks if each.name in behind & before - inside]
    if between:
        raise UsageError(
            N_("“{between}” lies between the blocks, so they cannot be one"),
            mend=N_("group it too"),
            between=", ".join(between),
        )


def _reached(names: Iterable[str], ends: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What lies behind these blocks, with them."""
    onward: dict[str, list[str]] = {}
    for source, target in ends:
        onward.setdefault(source, []).append(target)
    found = set(names)
    waiting = list(found)
    while waiting:
        for following in onward.get(waiting.pop(), ()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return frozenset(found)
