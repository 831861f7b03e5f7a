"""The diagram that is edited: the model itself, or one of its composites."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from gradviz.editing.known import planner_of
from gradviz.editing.ports import ends_of, ports_in, wire_of
from gradviz.engine.building.plan import Ports
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of, check_model
from gradviz.spec.model import Block, Composite, Diagram, Model, Wire


def diagram_of(model: Model, within: str) -> Diagram:
    """The composite of that name; the model itself if the name is empty. Raises `UsageError`."""
    return composite_of(model, within) if within else model


def composite_of(model: Model, name: str) -> Composite:
    """The composite of that name. Raises `UsageError`."""
    for composite in model.composites:
        if composite.name == name:
            return composite
    raise UsageError(
        N_("the model has no composite “{name}”"),
        mend=N_("take one of: {known}"),
        name=name,
        known=", ".join(each.name for each in model.composites) or "-",
    )


def block_in(diagram: Diagram, name: str) -> Block:
    """The block of that name. Raises `UsageError`."""
    for block in diagram.blocks:
        if block.name == name:
            return block
    raise UsageError(
        N_("there is no block “{name}”"),
        mend=N_("take one of: {known}"),
        name=name,
        known=", ".join(each.name for each in diagram.blocks) or "-",
    )


def chosen_in(diagram: Diagram, names: Iterable[str]) -> tuple[Block, ...]:
    """The blocks of these names, each once, in the order of the diagram. Raises `UsageError`."""
    wanted = dict.fromkeys(names)
    for name in wanted:
        block_in(diagram, name)
    return tuple(block for block in diagram.blocks if block.name in wanted)


def with_block(diagram: Diagram, name: str, block: Block) -> Diagram:
    """The diagram with a block in the place of another."""
    blocks = [block if each.name == name else each for each in diagram.blocks]
    return replace(diagram, blocks=tuple(blocks))


def without_wires(diagram: Diagram, gone: Collection[str]) -> tuple[Wire, ...]:
    """The wires that neither begin nor end at these blocks."""
    return tuple(
        wire
        for wire in diagram.wires
        if block_of(wire.source) not in gone and block_of(wire.target) not in gone
    )


def changed(
    model: Model, within: str, diagram: Diagram, *, ports: Mapping[str, str] | None = None
) -> Model:
    """The model with this diagram in the place of that one. Where a composite has other inputs and
    outputs now, the wires around it follow; ``ports`` are those that have other names. Raises
    `ProjectError` for what no model may be.
    """
    if isinstance(diagram, Composite):
        old = composite_of(model, within)
        composites = [diagram if each is old else each for each in model.composites]
        after = replace(model, composites=tuple(composites))
        after = _followed(model, after, old, diagram, ports or {})
    else:
        after = replace(model, blocks=diagram.blocks, wires=diagram.wires)
    check_model(after, where="")
    return after


def each_diagram(model: Model) -> tuple[Diagram, ...]:
    """The model, and its composites."""
    return (model, *model.composites)


def mapped(model: Model, diagrams: Mapping[str, Diagram]) -> Model:
    """The model with these diagrams, by name, in the places of their old ones."""
    composites = []
    for composite in model.composites:
        found = diagrams.get(composite.name, composite)
        assert isinstance(found, Composite)
        composites.append(found)
    main = diagrams.get("", model)
    return replace(model, blocks=main.blocks, wires=main.wires, composites=tuple(composites))


def name_of(diagram: Diagram) -> str:
    """The composite's name; of a model it is empty."""
    return diagram.name if isinstance(diagram, Composite) else ""


def _followed(
    before: Model, after: Model, old: Composite, new: Composite, renamed: Mapping[str, str]
) -> Model:
    was, now = planner_of(before), planner_of(after)
    had, has = was.ports(old), now.ports(new)
    if had == has:
        return after
    diagrams: dict[str, Diagram] = {}
    for diagram in each_diagram(after):
        users = {block.name for block in diagram.blocks if block.kind == old.name}
        if users:
            ports = ports_in(diagram, now)
            earlier = ports | dict.fromkeys(users, had)
            wires = _rewired(diagram, users, earlier, ports, renamed)
            diagrams[name_of(diagram)] = replace(diagram, wires=wires)
    return mapped(after, diagrams)


def _rewired(
    diagram: Diagram,
    users: Collection[str],
    earlier: Mapping[str, Ports],
    ports: Mapping[str, Ports],
    renamed: Mapping[str, str],
) -> tuple[Wire, ...]:
    """The wires, at the ports as they are called now; without those of ports that are gone."""
    found = []
    for wire in diagram.wires:
        source, target = ends_of(wire, earlier)
        if source.block not in users and target.block not in users:
            found.append(wire)
            continue
        gone = False
        if source.block in users and source.port in earlier[source.block].outputs:
            source = source._replace(port=renamed.get(source.port, source.port))
            gone = source.port not in ports[source.block].outputs
        if target.block in users and target.port in earlier[target.block].inputs:
            target = target._replace(port=renamed.get(target.port, target.port))
            gone = gone or target.port not in ports[target.block].inputs
        if not gone:
            found.append(wire_of((source, target), ports))
    return tuple(found)
