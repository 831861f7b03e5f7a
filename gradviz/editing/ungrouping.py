"""A composite block taken apart into the blocks that are in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from gradviz.editing.diagrams import block_in, changed, composite_of, diagram_of, each_diagram
from gradviz.editing.edited import Edited
from gradviz.editing.known import planner_of
from gradviz.editing.naming import free_name
from gradviz.editing.parameters import block_with
from gradviz.editing.paths import moved_paths
from gradviz.editing.placing import middle_of
from gradviz.editing.ports import End, Wired, ends_of, ports_in, wire_of
from gradviz.editing.settings import INDEX
from gradviz.editing.sharing import pointed, ties_within, untied_from
from gradviz.engine.building.plan import Planner
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.formula import substituted
from gradviz.spec.model import Block, Choice, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import calls_of


def ungroup(model: Model, name: str, *, within: str = "") -> Edited:
    """Put the blocks of a composite in the place of a block of it. Undoes `group`: a composite that
    no block uses any more goes, too.

    Raises `UsageError` for a block that is no composite, or that is more than the blocks in it: one
    that is repeated, or a region without gradients.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    composite = _composite(model, block)
    _check_alone(diagram, block)
    taken = {each.name for each in diagram.blocks} - {name}
    names: dict[str, str] = {}
    for each in composite.blocks:
        if each.kind not in ("Input", "Output"):
            names[each.name] = free_name(each.name, taken)
            taken.add(names[each.name])
    blocks = _blocks(block, composite, names)
    place = diagram.blocks.index(block)
    opened = replace(
        diagram,
        blocks=(*diagram.blocks[:place], *blocks, *diagram.blocks[place + 1 :]),
        wires=(),
    )
    opened = untied_from(opened, name, names)
    planner = planner_of(model)
    wires = _wires(diagram, composite, name, names, planner)
    ports = ports_in(opened, planner)
    opened = replace(opened, wires=tuple(dict.fromkeys(wire_of(each, ports) for each in wires)))
    after = moved_paths(model, changed(model, within, opened), within, {name: names})
    return Edited(_without_unused(after, composite.name), tuple(names.values()))


def _composite(model: Model, block: Block) -> Composite:
    if block.kind not in {each.name for each in model.composites}:
        raise UsageError(
            N_("“{name}” is no composite"),
            mend=N_("choose a block that others were grouped into"),
            name=block.name,
        )
    composite = composite_of(model, block.kind)
    if block.repeat != 1:
        raise UsageError(
            N_("“{name}” is repeated, and cannot be taken apart"),
            mend=N_("set its repeat to 1 first"),
            name=block.name,
        )
    if not composite.grad:
        raise UsageError(
            N_("“{name}” is a region without gradients, which its blocks alone are not"),
            mend=N_("let its composite have gradients first"),
            name=block.name,
        )
    return composite


def _blocks(block: Block, composite: Composite, names: Mapping[str, str]) -> list[Block]:
    """The blocks inside, as they are in this block: with its settings put into their formulas, and
    what it says of all of them said of each.
    """
    values: dict[str, Setting] = {}
    for name, default in composite.parameters.items():
        said = substituted(block.settings.get(name), {INDEX: 0})  # it is not repeated
        values[name] = said if name in block.settings else substituted(default, values)
    inside = [each for each in composite.blocks if each.name in names]
    middle = middle_of(inside)
    found = []
    for each in inside:
        position = None
        if each.position is not None and middle is not None and block.position is not None:
            position = (
                each.position[0] + (block.position[0] - middle[0]),
                each.position[1] + (block.position[1] - middle[1]),
            )
        own = pointed(Model((block_with(each, values),)), names).blocks[0]
        if own.same:
            found.append(replace(own, name=names[each.name], position=position))
            continue
        tied = own.tied | ties_within(block, each.name)
        init = own.init | _init(block.init, each.name)
        init = {path: choice for path, choice in init.items() if path not in tied}
        found.append(
            replace(
                own,
                name=names[each.name],
                init=init,
                frozen=own.frozen or block.frozen,
                dtype=block.dtype or own.dtype,
                position=position,
                tied=tied,
            )
        )
    return found


def _check_alone(diagram: Diagram, block: Block) -> None:
    """Raise `UsageError` for one whose module another block calls, too."""
    others = (block.same,) if block.same else calls_of(diagram, block.name)
    if others:
        raise UsageError(
            N_("“{name}” and “{other}” are one module, which cannot be taken apart in one place"),
            mend=N_("let it have weights of its own first"),
            name=block.name,
            other=others[0],
        )


def _init(init: Mapping[str, Choice], name: str) -> dict[str, Choice]:
    """What is said of the parameters of one block inside."""
    parts = {path: path.partition(".") for path in init}
    return {rest: init[path] for path, (first, _, rest) in parts.items() if first == name and rest}


def _wires(
    diagram: Diagram, composite: Composite, name: str, names: Mapping[str, str], planner: Planner
) -> list[Wired]:
    """The wires outside and inside as one, in the order of those outside."""
    outer = [ends_of(wire, ports_in(diagram, planner)) for wire in diagram.wires]
    inner = [ends_of(wire, ports_in(composite, planner)) for wire in composite.wires]
    feeding = {target.port: source for source, target in outer if target.block == name}
    leaving = {target.block: source for source, target in inner}

    def source_of(end: End) -> End | None:
        """Where what comes out of a block inside comes from, as seen from outside."""
        if end.block in names:
            return end._replace(block=names[end.block])
        return feeding.get(end.block)

    found: list[Wired] = []
    within = [(source, target) for source, target in inner if target.block in names]
    done = False
    for source, target in outer:
        if name not in (source.block, target.block):
            found.append((source, target))
            continue
        if not done:
            done = True
            found += _joined(within, source_of, names)
        if source.block == name and source.port in leaving:
            start = source_of(leaving[source.port])
            if start is not None:
                found.append((start, target))
    return found if done else [*found, *_joined(within, source_of, names)]


def _joined(
    within: list[Wired], source_of: Callable[[End], End | None], names: Mapping[str, str]
) -> list[Wired]:
    found = []
    for source, target in within:
        start = source_of(source)
        if start is not None:
            found.append((start, target._replace(block=names[target.block])))
    return found


def _without_unused(model: Model, name: str) -> Model:
    if any(block.kind == name for diagram in each_diagram(model) for block in diagram.blocks):
        return model
    return replace(model, composites=tuple(each for each in model.composites if each.name != name))
