"""What must hold of a model's blocks and wires, whatever the blocks are."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from unicodedata import normalize

from gradviz.errors import ProjectError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Composite, Diagram, Model
from gradviz.spec.reserved import OF_ARGUMENTS, OF_CLASSES
from gradviz.spec.sharing import check_sharing

DEEPEST = 100
"""Composites in each other."""


def check_model(model: Model, *, where: str = "project") -> None:
    """Raise `ProjectError` for bad or double names, wires to nowhere, cycles, and composites that
    contain themselves.
    """
    place = f"{where} $.model"
    _check_names(model.composites, f"{place}.composites", N_("two composites are called “{name}”"))
    classes = OF_ARGUMENTS | {composite.name for composite in model.composites}
    for i, composite in enumerate(model.composites):
        own = f"{place}.composites[{i}]"
        _check_reserved(composite.name, OF_CLASSES, f"{own}.name")
        for name in composite.parameters:
            _check_name(name, f"{own}.parameters")
            _check_reserved(name, classes, f"{own}.parameters")
        check_diagram(composite, where=own)
    check_diagram(model, where=place)
    _check_depth(model, place)


def check_diagram(diagram: Diagram, *, where: str) -> None:
    """The same of the blocks and wires of a model or of one composite alone, and of what its blocks
    share.
    """
    names = {block.name for block in diagram.blocks}
    _check_names(diagram.blocks, f"{where}.blocks", N_("two blocks are called “{name}”"))
    taken: dict[str, int] = {}
    for i, wire in enumerate(diagram.wires):
        for end, port in (("from", wire.source), ("to", wire.target)):
            if block_of(port) not in names:
                raise ProjectError(
                    N_("there is no block “{name}”"),
                    where=f"{where}.wires[{i}].{end}",
                    mend=N_("name one of the blocks, or remove the wire"),
                    name=block_of(port),
                )
        if wire.target in taken:
            raise ProjectError(
                N_("“{port}” already has a wire ({other})"),
                where=f"{where}.wires[{i}].to",
                mend=N_("an input takes one wire; remove one, or join them with an Add block"),
                port=wire.target,
                other=f"{where}.wires[{taken[wire.target]}]".rpartition(" ")[2],
            )
        taken[wire.target] = i
    check_sharing(diagram, where=where)
    order(diagram, where=where)


def block_of(port: str) -> str:
    """The block's name in ``"block"`` or ``"block.port"``."""
    return port.partition(".")[0]


def order(diagram: Diagram, *, where: str = "project $.model") -> tuple[str, ...]:
    """The blocks' names, each after those that feed it; raises `ProjectError` at a cycle.

    Among blocks that could come next, the file's order decides, so equal files give equal models.
    """
    position = {block.name: i for i, block in enumerate(diagram.blocks)}
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(position, ()))
    for wire in diagram.wires:
        sorter.add(block_of(wire.target), block_of(wire.source))
    try:
        sorter.prepare()
    except CycleError as error:
        loop = list(reversed(error.args[1]))
        raise ProjectError(
            N_("the wires go round in a circle: {loop}"),
            where=f"{where}.wires",
            mend=N_("remove one of these wires"),
            loop=" → ".join(loop),
        ) from None
    names: list[str] = []
    ready = list(sorter.get_ready())
    while ready:
        ready.sort(key=position.__getitem__)
        name = ready.pop(0)
        names.append(name)
        sorter.done(name)
        ready.extend(sorter.get_ready())
    return tuple(names)


def _check_names(named: Sequence[Block | Composite], where: str, double: str) -> None:
    seen: set[str] = set()
    for i, each in enumerate(named):
        name = each.name
        _check_name(name, f"{where}[{i}].name")
        if name in seen:
            raise ProjectError(
                double,
                where=f"{where}[{i}].name",
                mend=N_("give one of them another name"),
                name=name,
            )
        seen.add(name)


def _check_reserved(name: str, reserved: frozenset[str], where: str) -> None:
    if name in reserved:
        raise ProjectError(
            N_("“{name}” means something else in Python code"),
            where=where,
            mend=N_("give it another name"),
            name=name,
        )


def _check_name(name: str, where: str) -> None:
    plain = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    if not plain or name != normalize("NFKC", name):  # as Python reads identifiers
        raise ProjectError(
            N_("“{name}” cannot name a block"),
            where=where,
            mend=N_("use letters, digits and _, and no Python keyword"),
            name=name,
        )


def _check_depth(model: Model, where: str) -> None:
    """Raise `ProjectError` for a composite that contains itself, and for too many in each other."""
    composites = {composite.name: composite for composite in model.composites}
    sorter: TopologicalSorter[str] = TopologicalSorter(
        {name: _composites_in(each, composites) for name, each in composites.items()}
    )
    try:
        innermost_first = list(sorter.static_order())
    except CycleError as error:
        raise ProjectError(
            N_("a composite contains itself: {loop}"),
            where=f"{where}.composites",
            mend=N_("take one of them out of the other"),
            loop=" → ".join(reversed(error.args[1])),
        ) from None
    depth: dict[str, int] = {}
    for name in innermost_first:
        inside = _composites_in(composites[name], composites)
        depth[name] = 1 + max((depth[each] for each in inside), default=0)
        if depth[name] > DEEPEST:
            raise ProjectError(
                N_("{count} composites lie in each other"),
                where=f"{where}.composites",
                mend=N_("take some of them apart"),
                count=depth[name],
            )


def _composites_in(composite: Composite, composites: dict[str, Composite]) -> set[str]:
    return {block.kind for block in composite.blocks if block.kind in composites}
