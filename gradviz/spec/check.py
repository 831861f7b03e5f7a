"""What must hold of a model's blocks and wires, whatever the blocks are."""

from __future__ import annotations

import keyword
from graphlib import CycleError, TopologicalSorter

from gradviz.errors import ProjectError
from gradviz.i18n import N_
from gradviz.spec.project import Model


def check_model(model: Model, *, where: str = "project") -> None:
    """Raise `ProjectError` for bad or double names, wires to nowhere, and cycles."""
    seen: set[str] = set()
    for i, block in enumerate(model.blocks):
        place = f"{where} $.model.blocks[{i}].name"
        if not block.name.isidentifier() or keyword.iskeyword(block.name):
            raise ProjectError(
                N_("“{name}” cannot name a block"),
                where=place,
                mend=N_("use letters, digits and _, and no Python keyword"),
                name=block.name,
            )
        if block.name in seen:
            raise ProjectError(
                N_("two blocks are called “{name}”"),
                where=place,
                mend=N_("give one of them another name"),
                name=block.name,
            )
        seen.add(block.name)
    taken: dict[str, int] = {}
    for i, wire in enumerate(model.wires):
        for end, port in (("from", wire.source), ("to", wire.target)):
            if block_of(port) not in seen:
                raise ProjectError(
                    N_("there is no block “{name}”"),
                    where=f"{where} $.model.wires[{i}].{end}",
                    mend=N_("name one of the blocks, or remove the wire"),
                    name=block_of(port),
                )
        if wire.target in taken:
            raise ProjectError(
                N_("“{port}” already has a wire ($.model.wires[{other}])"),
                where=f"{where} $.model.wires[{i}].to",
                mend=N_("an input takes one wire; remove one, or join them with an Add block"),
                port=wire.target,
                other=taken[wire.target],
            )
        taken[wire.target] = i
    order(model, where=where)


def block_of(port: str) -> str:
    """The block's name in ``"block"`` or ``"block.port"``."""
    return port.partition(".")[0]


def order(model: Model, *, where: str = "project") -> tuple[str, ...]:
    """The blocks' names, each after those that feed it; raises `ProjectError` at a cycle.

    Among blocks that could come next, the file's order decides, so equal files give equal models.
    """
    position = {block.name: i for i, block in enumerate(model.blocks)}
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(position, ()))
    for wire in model.wires:
        sorter.add(block_of(wire.target), block_of(wire.source))
    try:
        sorter.prepare()
    except CycleError as error:
        loop = list(reversed(error.args[1]))
        raise ProjectError(
            N_("the wires go round in a circle: {loop}"),
            where=f"{where} $.model.wires",
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
