"""Parameters that are those of another block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from torch import nn

from gradviz.blocks.modules import Source
from gradviz.engine.building.blockmodel import Repeated
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Block
from gradviz.spec.sharing import VALUE, Tie, ties_of


class Gone(Struct, frozen=True):
    """A parameter in whose place another block's came, and the paths of the blocks that had it."""

    parameter: nn.Parameter
    owners: frozenset[str]


def tie(block: Block, modules: Mapping[str, nn.Module], *, path: str) -> tuple[Gone, ...]:
    """Put parameters of other blocks in the place of those of this one: in each of a row, as with
    their initialisation. Gives what is not there any more.

    Raises `BuildError` for one that is not there, or that is another tensor.
    """
    gone = []
    for each in ties_of(block):
        where = f"{path}.tied.{each.parameter}"
        theirs = _parameter(modules[each.target], each.of, each.target, where)
        for place, part in _parts_of(modules[block.name], path):
            own = _parameter(part, each.parameter, block.name, where)
            _check_alike(each, own, theirs, where)
            owner, _, name = each.parameter.rpartition(".")
            setattr(part.get_submodule(owner), name, theirs)
            gone.append((own, _owners(path, place, owner)))
    left = {id(parameter) for parameter in modules[block.name].parameters()}
    return tuple(Gone(own, owners) for own, owners in gone if id(own) not in left)


def _owners(path: str, place: str, owner: str) -> frozenset[str]:
    """The block, the one of its row, and those in that which lead to a module in it."""
    names = owner.split(".") if owner else []
    return frozenset({path, *(".".join([place, *names[:n]]) for n in range(len(names) + 1))})


def _parts_of(module: nn.Module, path: str) -> Iterator[tuple[str, nn.Module]]:
    """The modules of a row, or the single one, with their paths."""
    if isinstance(module, Repeated):
        for number, part in module.named_children():
            yield f"{path}.{number}", part
    else:
        yield path, module


def _parameter(module: nn.Module, name: str, block: str, where: str) -> nn.Parameter:
    try:
        return module.get_parameter(name)
    except AttributeError:
        known = [
            block if isinstance(module, Source) and each == VALUE else each
            for each, _ in module.named_parameters()
        ]
        raise BuildError(
            N_("{kind} has no parameter “{name}”"),
            block=where,
            mend=N_("it has: {known}"),
            kind=block,
            name=name,
            known=", ".join(known) or "-",
        ) from None


def _check_alike(tie: Tie, own: nn.Parameter, theirs: nn.Parameter, where: str) -> None:
    facts: tuple[object, object] = (tuple(own.shape), tuple(theirs.shape))
    if own.shape == theirs.shape:
        facts = (own.dtype, theirs.dtype)
    got, other = (str(fact).removeprefix("torch.") for fact in facts)
    if got != other:
        raise BuildError(
            N_("“{parameter}” is {got}, and “{other}”, which it is tied to, is {wanted}"),
            block=where,
            mend=N_("set both blocks so that they are alike, or untie it"),
            parameter=tie.parameter,
            got=got,
            other=tie.target if tie.of == VALUE else f"{tie.target}.{tie.of}",
            wanted=other,
        )
