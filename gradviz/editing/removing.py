"""Blocks taken away, and blocks taken out of the way."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gradviz.editing.diagrams import (
    block_in,
    changed,
    chosen_in,
    composite_of,
    diagram_of,
    each_diagram,
    name_of,
    without_wires,
)
from gradviz.editing.edited import Edited
from gradviz.editing.known import planner_of
from gradviz.editing.paths import moved_paths
from gradviz.editing.ports import End, ends_of, ports_in, wire_of
from gradviz.editing.sharing import released
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.model import Diagram, Model


def remove(model: Model, names: Iterable[str], *, within: str = "") -> Edited:
    """Remove blocks with their wires. What another block calls too becomes that one's. Raises
    `UsageError`.
    """
    diagram = diagram_of(model, within)
    gone = {block.name for block in chosen_in(diagram, names)}
    kept, heirs = released(diagram, gone)
    blocks = tuple(block for block in kept.blocks if block.name not in gone)
    left = replace(kept, blocks=blocks, wires=without_wires(diagram, gone))
    after = changed(model, within, left)
    moves = {name: (heirs[name],) if name in heirs else () for name in gone}
    return Edited(moved_paths(model, after, within, moves))


def bypass(model: Model, names: Iterable[str], *, within: str = "") -> Edited:
    """Remove blocks and join their wires: what fed one feeds what it fed. Where a block has more
    than one wire in, or more than one output in use, its wires are removed with it.

    Raises `UsageError`.
    """
    after = model
    for block in chosen_in(diagram_of(model, within), names):
        joined = _joined(after, diagram_of(after, within), block.name)
        after = remove(changed(after, within, joined), [block.name], within=within).model
    return Edited(after)


def remove_composite(model: Model, name: str) -> Edited:
    """Forget a composite that no block uses. Raises `UsageError`."""
    composite = composite_of(model, name)
    users = [
        f"{name_of(diagram)}.{block.name}".lstrip(".")
        for diagram in each_diagram(model)
        for block in diagram.blocks
        if block.kind == name
    ]
    if users:
        raise UsageError(
            N_("“{name}” is in use: {users}"),
            mend=N_("remove these blocks first"),
            name=name,
            users=", ".join(users),
        )
    left = tuple(each for each in model.composites if each is not composite)
    return Edited(replace(model, composites=left))


def _joined(model: Model, diagram: Diagram, name: str) -> Diagram:
    """The diagram with the wires from a block coming from what feeds it."""
    block_in(diagram, name)
    ports = ports_in(diagram, planner_of(model))
    ends = [ends_of(wire, ports) for wire in diagram.wires]
    sources = [source for source, target in ends if target.block == name]
    used: set[End] = {source for source, _ in ends if source.block == name}
    if len(sources) != 1 or len(used) > 1:
        return diagram
    wires = [
        wire_of((sources[0], target), ports) if source.block == name else wire
        for wire, (source, target) in zip(diagram.wires, ends, strict=True)
    ]
    return replace(diagram, wires=tuple(wires))
