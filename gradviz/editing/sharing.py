"""Blocks that share a module or parameters, as blocks come, go and change their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from msgspec.structs import replace

from gradviz.editing.diagrams import block_in, changed, diagram_of, with_block
from gradviz.editing.edited import Edited
from gradviz.editing.paths import moved_paths
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Composite, Diagram, Model
from gradviz.spec.sharing import VALUE, Tie, calls_of, resolved, ties_of

D = TypeVar("D", Model, Composite, Diagram)


def share(model: Model, name: str, original: str, *, within: str = "") -> Edited:
    """Make a block one more call of the module of another; with an empty ``original``, a module of
    its own again, set as that one is.

    What shared with the block shares with the original then. Raises `UsageError` or `ProjectError`.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    if not original:
        alone = replace(resolved(diagram, block), same="")
        return Edited(changed(model, within, with_block(diagram, name, alone)), (name,))
    first = block_in(diagram, original)
    first = block_in(diagram, first.same or first.name)
    if first.name == name:
        raise UsageError(
            N_("“{name}” is the same as “{original}” already"),
            mend=N_("choose another block"),
            name=name,
            original=original,
        )
    again = Block(name, block.kind, position=block.position, same=first.name)
    after = pointed(with_block(diagram, name, again), {name: first.name})
    found = changed(model, within, after)
    return Edited(moved_paths(model, found, within, {name: (first.name,)}), (name,))


def tie(model: Model, name: str, parameter: str, target: str, *, within: str = "") -> Edited:
    """Let a parameter of a block be that of another, ``tokens.weight``; with an empty ``target``,
    one of its own again. Raises `UsageError` or `ProjectError`.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    tied = {each: value for each, value in block.tied.items() if each != parameter}
    init = block.init
    if target:
        tied[parameter] = target
        init = {each: choice for each, choice in init.items() if each != parameter}
    after = with_block(diagram, name, replace(block, tied=tied, init=init))
    return Edited(changed(model, within, after), (name,))


def pointed(diagram: D, names: Mapping[str, str]) -> D:
    """The diagram whose blocks share with those of other names. What would be tied to itself is
    not tied any more.
    """
    blocks = []
    for block in diagram.blocks:
        same = names.get(block.same, block.same)
        tied = {each.parameter: _value(each, names) for each in ties_of(block)}
        tied = {each: value for each, value in tied.items() if block_of(value) != block.name}
        blocks.append(replace(block, same=same, tied=tied))
    return replace(diagram, blocks=tuple(blocks))


def released(diagram: D, gone: Collection[str]) -> tuple[D, dict[str, str]]:
    """The diagram, in which nothing shares with blocks that are ``gone``, and which blocks took
    their modules over: the first one that called it.

    A parameter that was tied to one that nobody has any more is the first block's that had it.
    """
    heirs: dict[str, str] = {}
    for name in gone:
        left = [each for each in calls_of(diagram, name) if each not in gone]
        if left:
            heirs[name] = left[0]
    blocks = [
        replace(resolved(diagram, block), same="") if block.name in heirs.values() else block
        for block in diagram.blocks
    ]
    after = pointed(replace(diagram, blocks=tuple(blocks)), heirs)
    owners: dict[tuple[str, str], str] = {}
    left_blocks = []
    for block in after.blocks:
        tied = dict(block.tied)
        for each in ties_of(block):
            if each.target in gone and block.name not in gone:
                owner = owners.get((each.target, each.of))
                del tied[each.parameter]
                if owner is not None:
                    tied[each.parameter] = owner
                elif block.repeat == 1 or block.shared:
                    owners[each.target, each.of] = _path(block.name, each.parameter)
        left_blocks.append(replace(block, tied=tied))
    return replace(after, blocks=tuple(left_blocks)), heirs


def check_together(diagram: Diagram, inside: Collection[str]) -> None:
    """Raise `UsageError` for blocks of which some could not share any more with what is outside."""
    for block in diagram.blocks:
        parted = block.same and (block.name in inside) != (block.same in inside)
        ties = [
            each.target
            for each in ties_of(block)
            if block.name in inside and each.target not in inside
        ]
        row = block.repeat != 1 and not block.shared
        if parted or (ties and row):
            raise UsageError(
                N_("“{name}” shares its weights with “{other}”, so both stay together"),
                mend=N_("choose both, or let one have weights of its own first"),
                name=block.name,
                other=block.same if parted else ties[0],
            )


def ties_lifted(diagram: Diagram, inside: Collection[str]) -> dict[str, str]:
    """The ties that lead out of a group, as those of the block that it becomes."""
    return {
        _path(block.name, tie.parameter): block.tied[tie.parameter]
        for block in diagram.blocks
        if block.name in inside
        for tie in ties_of(block)
        if tie.target not in inside
    }


def without_ties(block: Block, inside: Collection[str]) -> Block:
    """A block of a group, without the ties that lead out of it."""
    tied = {
        each.parameter: block.tied[each.parameter]
        for each in ties_of(block)
        if each.target in inside
    }
    return replace(block, tied=tied)


def tied_into(diagram: D, inside: Collection[str], own: str) -> D:
    """The diagram in which what was tied to blocks of a group is tied into the block of this name
    that it becomes.
    """
    blocks = []
    for block in diagram.blocks:
        tied = {
            each.parameter: f"{own}.{_path(each.target, each.of)}"
            if each.target in inside
            else block.tied[each.parameter]
            for each in ties_of(block)
        }
        blocks.append(replace(block, tied=tied))
    return replace(diagram, blocks=tuple(blocks))


def untied_from(diagram: D, own: str, names: Mapping[str, str]) -> D:
    """The opposite: what was tied into a composite block is tied to the block that was in it."""
    blocks = []
    for block in diagram.blocks:
        tied = dict(block.tied)
        for each in ties_of(block):
            if each.target == own:
                first, _, rest = each.of.partition(".")
                if first in names:
                    tied[each.parameter] = f"{names[first]}.{rest}".rstrip(".")
                else:  # it led nowhere
                    del tied[each.parameter]
        blocks.append(replace(block, tied=tied))
    return replace(diagram, blocks=tuple(blocks))


def ties_within(block: Block, name: str) -> dict[str, str]:
    """The ties of a composite block that are of the block of this name inside."""
    found = {}
    for each in ties_of(block):
        first, _, rest = each.parameter.partition(".")
        if first == name:
            found[rest or VALUE] = block.tied[each.parameter]
    return found


def _value(tie: Tie, names: Mapping[str, str]) -> str:
    return _path(names.get(tie.target, tie.target), tie.of)


def _path(block: str, parameter: str) -> str:
    """A parameter by the path that leads to it; of a Parameter block that is the block."""
    return block if parameter == VALUE else f"{block}.{parameter}"
