"""The parameters of a composite: what drives its inside."""

from __future__ import annotations

from itertools import takewhile

from msgspec.structs import replace

from gradviz.editing.diagrams import changed, composite_of, each_diagram, mapped, name_of
from gradviz.editing.edited import Edited
from gradviz.editing.settings import INDEX, check_formulas, checked_setting
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import check_model
from gradviz.spec.formula import names_used, substituted
from gradviz.spec.model import Block, Choice, Composite, Diagram, Model, Setting


def set_parameter(model: Model, composite: str, name: str, value: Setting) -> Edited:
    """Set what a parameter of a composite is by default, and make it one if it is not yet.

    A formula may use the parameters before it. Raises `UsageError` or `ProjectError`.
    """
    found = composite_of(model, composite)
    where = f"{composite}.{name}"
    value = checked_setting(value, where=where)
    before = takewhile(lambda each: each != name, found.parameters)
    check_formulas(value, {*before}, where=where)
    parameters = {**found.parameters, name: value}
    return Edited(changed(model, composite, replace(found, parameters=parameters)))


def rename_parameter(model: Model, composite: str, old: str, new: str) -> Edited:
    """Give a parameter another name, in the formulas inside and wherever the composite is used.

    Raises `UsageError` or `ProjectError`.
    """
    found = composite_of(model, composite)
    _require(found, old)
    if new in found.parameters and new != old:
        raise UsageError(
            N_("{composite} has a parameter “{name}” already"),
            mend=N_("take another name"),
            composite=composite,
            name=new,
        )
    inside = renamed_in(found, {old: f"={new}"})
    inside = replace(inside, parameters=_with_key(inside.parameters, old, new))
    diagrams: dict[str, Diagram] = {}
    for diagram in each_diagram(replace_composite(model, composite, inside)):
        blocks = tuple(
            replace(block, settings=_with_key(block.settings, old, new))
            if block.kind == composite
            else block
            for block in diagram.blocks
        )
        diagrams[name_of(diagram)] = replace(diagram, blocks=blocks)
    after = mapped(model, diagrams)
    check_model(after, where="")
    return Edited(after)


def remove_parameter(model: Model, composite: str, name: str) -> Edited:
    """Take a parameter away from a composite, and from the blocks that set it. Raises `UsageError`
    for one that a formula uses.
    """
    found = composite_of(model, composite)
    _require(found, name)
    users = [block.name for block in found.blocks if name in names_of_block(block)]
    users += [each for each, value in found.parameters.items() if name in names_used(value)]
    if users:
        raise UsageError(
            N_("“{name}” is in use: {users}"),
            mend=N_("change the formulas there first"),
            name=name,
            users=", ".join(users),
        )
    inside = replace(found, parameters=_without(found.parameters, name))
    diagrams: dict[str, Diagram] = {}
    for diagram in each_diagram(replace_composite(model, composite, inside)):
        blocks = tuple(
            replace(block, settings=_without(block.settings, name))
            if block.kind == composite
            else block
            for block in diagram.blocks
        )
        diagrams[name_of(diagram)] = replace(diagram, blocks=blocks)
    return Edited(mapped(model, diagrams))


def set_composite(
    model: Model, name: str, *, note: str | None = None, grad: bool | None = None
) -> Edited:
    """Say what a composite is for, or whether it is a region under ``torch.no_grad()``; what is
    None stays. Raises `UsageError`.
    """
    found = composite_of(model, name)
    new = replace(
        found, note=found.note if note is None else note, grad=found.grad if grad is None else grad
    )
    return Edited(changed(model, name, new))


def replace_composite(model: Model, name: str, new: Composite) -> Model:
    """The model with another composite in the place of that one."""
    return replace(
        model, composites=tuple(new if each.name == name else each for each in model.composites)
    )


def names_of_block(block: Block) -> frozenset[str]:
    """The names that a block's formulas use from around it; ``index`` is its own."""
    inits = [each for choice in block.init.values() for each in choice.settings.values()]
    return names_used(*block.settings.values(), block.repeat, *inits) - {INDEX}


def block_with(block: Block, values: dict[str, Setting]) -> Block:
    """The block with other values, or formulas, in the places of names. Raises `BuildError`."""
    settings = {name: substituted(each, values) for name, each in block.settings.items()}
    init = {
        parameter: Choice(
            choice.kind, {name: substituted(each, values) for name, each in choice.settings.items()}
        )
        for parameter, choice in block.init.items()
    }
    repeat = substituted(block.repeat, values)
    assert isinstance(repeat, int | str)
    return replace(block, settings=settings, init=init, repeat=repeat)


def renamed_in(composite: Composite, values: dict[str, Setting]) -> Composite:
    """The composite with other names in the formulas of its blocks and parameters."""
    blocks = tuple(block_with(block, values) for block in composite.blocks)
    parameters = {name: substituted(each, values) for name, each in composite.parameters.items()}
    return replace(composite, blocks=blocks, parameters=parameters)


def _with_key(settings: dict[str, Setting], old: str, new: str) -> dict[str, Setting]:
    return {new if name == old else name: value for name, value in settings.items()}


def _without(settings: dict[str, Setting], name: str) -> dict[str, Setting]:
    return {each: value for each, value in settings.items() if each != name}


def _require(composite: Composite, name: str) -> None:
    if name not in composite.parameters:
        raise UsageError(
            N_("{kind} has no setting “{name}”"),
            mend=N_("it has: {known}"),
            kind=composite.name,
            name=name,
            known=", ".join(composite.parameters) or "-",
        )
