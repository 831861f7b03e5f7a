"""Blocks that share: one more call of another's module, or parameters that are another's."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import ProjectError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Diagram

ENDS = ("Input", "Output")
OWN = ("settings", "repeat", "shared", "init", "frozen", "dtype", "tied")
"""What a block that is the same as another does not say itself."""
VALUE = "value"
"""The parameter of a Parameter block, which has no name of its own."""


class Tie(Struct, frozen=True):
    """A parameter of a block, by its name there, and the block and parameter that it is."""

    block: str
    parameter: str
    target: str
    of: str = VALUE


def ties_of(block: Block) -> tuple[Tie, ...]:
    """The tied parameters of a block."""
    found = []
    for name, value in block.tied.items():
        target, _, of = value.partition(".")
        found.append(Tie(block.name, name, target, of or VALUE))
    return tuple(found)


def targets_of(block: Block) -> frozenset[str]:
    """The blocks that parameters of this one are tied to."""
    return frozenset(tie.target for tie in ties_of(block))


def resolved(diagram: Diagram, block: Block) -> Block:
    """The block, set as the one is whose module it calls."""
    if not block.same:
        return block
    original = next((each for each in diagram.blocks if each.name == block.same), block)
    return replace(block, **{name: getattr(original, name) for name in OWN})


def calls_of(diagram: Diagram, name: str) -> tuple[str, ...]:
    """The blocks that call the module of this one too, in the order of the file."""
    return tuple(block.name for block in diagram.blocks if block.same == name)


def check_sharing(diagram: Diagram, *, where: str) -> None:
    """Raise `ProjectError` for a block that is the same as one that it cannot be, or has parameters
    of a block that is not there.
    """
    blocks = {block.name: block for block in diagram.blocks}
    for i, block in enumerate(diagram.blocks):
        place = f"{where}.blocks[{i}]"
        if block.same:
            _check_same(block, blocks.get(block.same), place)
        for tie in ties_of(block):
            _check_tie(block, tie, blocks.get(tie.target), f"{place}.tied.{tie.parameter}")


def _check_same(block: Block, original: Block | None, place: str) -> None:
    where = f"{place}.same"
    if block.kind in ENDS:
        raise ProjectError(
            N_("{kind} blocks have no module that another could call"),
            where=where,
            mend=N_("leave out “same”"),
            kind=block.kind,
        )
    if original is None:
        raise ProjectError(
            N_("there is no block “{name}”"),
            where=where,
            mend=N_("name a block of the same diagram, or leave out “same”"),
            name=block.same,
        )
    if original.name == block.name:
        raise ProjectError(
            N_("“{name}” cannot be the same as itself"),
            where=where,
            mend=N_("name another block, or leave out “same”"),
            name=block.name,
        )
    if original.same:
        raise ProjectError(
            N_("“{name}” is itself the same as “{original}”"),
            where=where,
            mend=N_("name “{original}”"),
            name=original.name,
            original=original.same,
        )
    if original.kind != block.kind:
        raise ProjectError(
            N_("“{name}” is a block of another kind: {kind}"),
            where=where,
            mend=N_("name a block of the kind {wanted}"),
            name=original.name,
            kind=original.kind,
            wanted=block.kind,
        )
    plain = Block(block.name, block.kind)
    said = next((name for name in OWN if getattr(block, name) != getattr(plain, name)), None)
    if said is not None:
        raise ProjectError(
            N_("a block that is the same as another has its “{name}”"),
            where=f"{place}.{said}",
            mend=N_("leave it out here, or set it in “{original}”"),
            name=said,
            original=original.name,
        )


def _check_tie(block: Block, tie: Tie, target: Block | None, where: str) -> None:
    if not _is_path(tie.parameter) or not _is_path(tie.of):
        raise ProjectError(
            N_("“{name}” cannot name a parameter"),
            where=where,
            mend=N_("write it as in a state_dict: weight, or layer.fc.weight"),
            name=tie.parameter if not _is_path(tie.parameter) else tie.of,
        )
    if block.kind in ENDS:
        raise ProjectError(
            N_("{kind} blocks have no parameters"),
            where=where,
            mend=N_("leave it out"),
            kind=block.kind,
        )
    if target is None or target.kind in ENDS:
        raise ProjectError(
            N_("there is no block “{name}”"),
            where=where,
            mend=N_("name a block of the same diagram and its parameter: tokens.weight"),
            name=tie.target,
        )
    if target.name == block.name:
        raise ProjectError(
            N_("a parameter cannot be tied to one of its own block"),
            where=where,
            mend=N_("name a parameter of another block"),
        )
    if target.same:
        raise ProjectError(
            N_("“{name}” is itself the same as “{original}”"),
            where=where,
            mend=N_("name “{original}”"),
            name=target.name,
            original=target.same,
        )
    for each in ties_of(target):
        if each.parameter == tie.of:
            raise ProjectError(
                N_("“{name}” is itself tied to “{other}”"),
                where=where,
                mend=N_("name “{other}”"),
                name=block.tied[tie.parameter],
                other=target.tied[each.parameter],
            )
    if tie.parameter in block.init:
        raise ProjectError(
            N_("“{name}” is tied, so it is not initialised here"),
            where=where,
            mend=N_("leave out its init, or set that in “{other}”"),
            name=tie.parameter,
            other=tie.target,
        )


def _is_path(name: str) -> bool:
    return all(part.isidentifier() or part.isdecimal() for part in name.split("."))
