"""What blocks are set to."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from gradviz.blocks.catalogue import INITS
from gradviz.blocks.kinds import BlockKind
from gradviz.editing.diagrams import block_in, changed, diagram_of, with_block
from gradviz.editing.edited import Edited
from gradviz.editing.known import planner_of
from gradviz.errors import GradvizError, UsageError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.catalogue import Kind, complaint_about
from gradviz.spec.codec import complaint
from gradviz.spec.formula import LONGEST, is_formula, names_used
from gradviz.spec.model import Block, Choice, Composite, Diagram, Model, Setting

INDEX = "index"
"""What a repetition's number is called in formulas."""


def set_setting(
    model: Model, name: str, setting: str, value: Setting, *, within: str = ""
) -> Edited:
    """Set one setting of a block, to a value or a formula. Raises `UsageError` or `BuildError` for
    one that it does not have, or that cannot be this.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    value = checked_setting(value, where=f"{name}.{setting}")
    check_formulas(value, names_known(diagram), where=f"{name}.{setting}")
    kind = planner_of(model).kind(block, where=name)
    if isinstance(kind, Composite):
        require_known(setting, kind.parameters, kind=kind.name)
    else:
        check_value(kind, setting, value, where=name)
    settings = {**block.settings, setting: value}
    after = with_block(diagram, name, replace(block, settings=settings))
    return Edited(changed(model, within, after), (name,))


def reset_setting(model: Model, name: str, setting: str, *, within: str = "") -> Edited:
    """Let a setting be what it is by default. Raises `UsageError`."""
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    settings = {key: value for key, value in block.settings.items() if key != setting}
    after = with_block(diagram, name, replace(block, settings=settings))
    return Edited(changed(model, within, after), (name,))


def set_block(
    model: Model,
    name: str,
    *,
    within: str = "",
    repeat: int | str | None = None,
    shared: bool | None = None,
    init: Mapping[str, Choice] | None = None,
    frozen: bool | None = None,
    dtype: str | None = None,
) -> Edited:
    """Set what every block has: how often it is repeated, how it is initialised, and so on; what is
    None stays. Raises `UsageError`, `ProjectError` or `BuildError`.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    given = {"repeat": repeat, "shared": shared, "frozen": frozen, "dtype": dtype}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if block.kind in ("Input", "Output") and (changes or init):
        raise UsageError(
            N_("“{name}” is an end of the model, where nothing runs"),
            mend=N_("set this of the block next to it"),
            name=name,
        )
    if init is not None:
        changes["init"] = dict(init)
        for parameter, choice in init.items():
            where = f"{name}.init.{parameter}"
            kind = INITS.kind(choice.kind, where=where)
            for setting, value in choice.settings.items():
                check_formulas(value, names_known(diagram), where=where)
                check_value(kind, setting, value, where=where)
    if is_formula(repeat):
        check_formulas(repeat, names_known(diagram), where=f"{name}.repeat")
    try:
        told = msgspec.to_builtins(replace(block, **changes))
        new = msgspec.convert(told, Block)
    except msgspec.ValidationError as error:
        raise complaint(error, name) from error
    return Edited(changed(model, within, with_block(diagram, name, new)), (name,))


def names_known(diagram: Diagram) -> frozenset[str]:
    """The names that formulas in a diagram may use."""
    parameters = diagram.parameters if isinstance(diagram, Composite) else {}
    return frozenset({*parameters, INDEX})


def checked_setting(value: object, *, where: str) -> Setting:
    """The value as one of JSON. Raises `UsageError`."""
    try:
        found: Setting = msgspec.convert(value, Setting)
        msgspec.json.encode(found)
    except (msgspec.ValidationError, TypeError, RecursionError) as error:
        raise UsageError(
            N_("{value} cannot be the value of a setting"),
            where=where,
            mend=N_("give a number, a text, true or false, or a list of them"),
            value=type(value).__name__,
        ) from error
    if not _is_finite(found):
        raise UsageError(
            N_("{value} cannot be the value of a setting"),
            where=where,
            mend=N_("give a number that can be written"),
            value=value,
        )
    return found


def check_formulas(value: Setting, known: Collection[str], *, where: str) -> None:
    """Raise `UsageError` for a formula that cannot be read, or uses names that are not there."""
    for formula in _formulas(value):
        try:
            if len(formula) > LONGEST:
                raise SyntaxError
            parsed(formula[1:].strip(), "eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise UsageError(
                N_("“{formula}” cannot be read"),
                where=where,
                mend=N_("write it like =channels * 2"),
                formula=formula[:LONGEST],
            ) from None
        for name in sorted(names_used(formula) - {*known}):
            raise UsageError(
                N_("“{formula}” uses “{name}”, which nothing here is called"),
                where=where,
                mend=N_("take one of: {known}"),
                formula=formula,
                name=name,
                known=", ".join(sorted(known)),
            )


def check_value(kind: Any, setting: str, value: Setting, *, where: str) -> None:
    """Raise `UsageError` or `BuildError` for a setting that a kind does not have, or that cannot be
    this value. Formulas are not worked out.
    """
    require_known(setting, kind.form.__struct_fields__, kind=kind.name)
    if not _formulas(value):
        _check_one(kind, setting, value, where)
        if isinstance(kind, BlockKind) and setting == kind.code:
            kind.check_code(str(value), where=where)


def fits(kind: Kind[Any], setting: str, value: Setting) -> bool:
    """Whether a kind has such a setting, which can be this value."""
    try:
        check_value(kind, setting, value, where="")
    except GradvizError:
        return False
    return True


def require_known(setting: str, known: Collection[str], *, kind: str) -> None:
    """Raise `UsageError` for a setting that a kind does not have."""
    if setting not in known:
        raise UsageError(
            N_("{kind} has no setting “{name}”"),
            mend=N_("it has: {known}"),
            kind=kind,
            name=setting,
            known=", ".join(known) or "-",
        )


def _check_one(kind: Any, setting: str, value: Setting, where: str) -> None:
    field = next(each for each in msgspec.structs.fields(kind.form) if each.name == setting)
    alone = msgspec.defstruct(kind.name, [(setting, field.type)], frozen=True)
    try:
        msgspec.convert({setting: value}, alone)
    except msgspec.ValidationError as error:
        what, fields = complaint_about(error)
        raise UsageError(
            what,
            where=where,
            mend=N_("{kind} takes {form}"),
            kind=kind.name,
            form=kind.signature(),
            **fields,
        ) from error


def _formulas(value: Setting) -> list[str]:
    if isinstance(value, list):
        return [formula for part in value for formula in _formulas(part)]
    if isinstance(value, dict):
        return [formula for part in value.values() for formula in _formulas(part)]
    return [value] if isinstance(value, str) and is_formula(value) else []


def _is_finite(value: Setting) -> bool:
    if isinstance(value, list):
        return all(map(_is_finite, value))
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, float) or math.isfinite(value)
