"""New blocks, on free ground and on wires."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from gradviz.editing.diagrams import block_in, changed, diagram_of
from gradviz.editing.edited import Edited
from gradviz.editing.known import known_blocks, planner_of
from gradviz.editing.naming import fresh_name, stem_of
from gradviz.editing.placing import Position, between, checked_position
from gradviz.editing.ports import End, ends_of, next_free, ports_in, wire_of
from gradviz.editing.starting import starting_settings
from gradviz.engine.building.plan import Ports
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Diagram, Model, Setting, Wire


def add(
    model: Model,
    kind: str,
    *,
    within: str = "",
    settings: Mapping[str, Setting] | None = None,
    position: Position | None = None,
) -> Edited:
    """Add a block of this kind, with settings to start from, under a name that is free.

    Raises `BuildError` for a kind that is not known, and `ProjectError`.
    """
    diagram = diagram_of(model, within)
    block = _new(model, diagram, kind, settings, position)
    after = replace(diagram, blocks=(*diagram.blocks, block))
    return Edited(changed(model, within, after), (block.name,))


def insert(
    model: Model,
    wire: Wire,
    kind: str,
    *,
    within: str = "",
    settings: Mapping[str, Setting] | None = None,
    position: Position | None = None,
) -> Edited:
    """Add a block of this kind in the middle of a wire: through its first input and output.

    Raises `UsageError` for a wire that is not there or a block that nothing goes through.
    """
    diagram = diagram_of(model, within)
    place = place_of(diagram, wire, model)
    if position is None:
        position = between(diagram, block_of(wire.source), block_of(wire.target))
    block = _new(model, diagram, kind, settings, position)
    target = block_of(diagram.wires[place].target)
    index = [each.name for each in diagram.blocks].index(target)
    blocks = (*diagram.blocks[:index], block, *diagram.blocks[index:])
    return _through(model, within, replace(diagram, blocks=blocks), place, block.name)


def insert_block(model: Model, wire: Wire, name: str, *, within: str = "") -> Edited:
    """Put a block that is there already on a wire: through its first input and output, which must
    be free. Raises `UsageError` or `ProjectError`.
    """
    diagram = diagram_of(model, within)
    block_in(diagram, name)
    place = place_of(diagram, wire, model)
    if name in (block_of(wire.source), block_of(wire.target)):
        raise UsageError(
            N_("the wire is one of “{name}” itself"),
            mend=N_("put the block on another wire"),
            name=name,
        )
    return _through(model, within, diagram, place, name)


def place_of(diagram: Diagram, wire: Wire, model: Model) -> int:
    """Where a wire stands among those of the diagram, however written. Raises `UsageError`."""
    if wire in diagram.wires:
        return diagram.wires.index(wire)
    names = {block.name for block in diagram.blocks}
    if {block_of(wire.source), block_of(wire.target)} <= names:
        ports = ports_in(diagram, planner_of(model))
        ends = [ends_of(each, ports) for each in diagram.wires]
        if ends_of(wire, ports) in ends:
            return ends.index(ends_of(wire, ports))
    raise UsageError(
        N_("there is no wire from “{source}” to “{target}”"),
        mend=N_("take one that is there"),
        source=wire.source,
        target=wire.target,
    )


def _through(model: Model, within: str, diagram: Diagram, place: int, name: str) -> Edited:
    """The wire at this place led through a block."""
    ports = ports_in(diagram, planner_of(model))
    source, target = ends_of(diagram.wires[place], ports)
    fed = {ends_of(wire, ports)[1] for wire in diagram.wires}
    if not ports[name].inputs or not ports[name].outputs:
        raise UsageError(
            N_("nothing goes through “{name}”, so it cannot lie on a wire"),
            mend=N_("put a block there that has an input and an output"),
            name=name,
        )
    entry = _entry(name, ports[name], fed)
    wires = list(diagram.wires)
    wires[place : place + 1] = [
        wire_of((source, entry), ports),
        wire_of((End(name, ports[name].outputs[0]), target), ports),
    ]
    return Edited(changed(model, within, replace(diagram, wires=tuple(wires))), (name,))


def _entry(name: str, ports: Ports, fed: set[End]) -> End:
    """The first input that nothing is connected to."""
    if ports.variadic:
        return next_free(name, fed)
    free = next((port for port in ports.inputs if End(name, port) not in fed), None)
    if free is None:
        raise UsageError(
            N_("all inputs of “{name}” are connected already"),
            mend=N_("take a wire away from it first"),
            name=name,
        )
    return End(name, free)


def _new(
    model: Model,
    diagram: Diagram,
    kind: str,
    settings: Mapping[str, Setting] | None,
    position: Position | None,
) -> Block:
    known = planner_of(model).composites
    if settings is None:
        settings = {} if kind in known else starting_settings(known_blocks().kind(kind, where=""))
    elif kind not in known:
        known_blocks().kind(kind, where="")
    name = fresh_name(stem_of(kind), {block.name for block in diagram.blocks})
    if position is not None:
        checked_position(name, position)
    return Block(name, kind, dict(settings), position=position)
