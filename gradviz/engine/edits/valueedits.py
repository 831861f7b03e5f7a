"""Parameters, settings of the optimizer, and the batch, changed before an iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn, optim

from gradviz.engine.edits.gradplaces import closest
from gradviz.engine.edits.newvalues import new_value, unfit
from gradviz.engine.loop.batch import map_named_tensors, named_tensors
from gradviz.engine.loop.loop import Batch, Loop
from gradviz.engine.record.recorder import Recorder
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import ValueEdit
from gradviz.spec.valuecode import BATCH, SETTING, setting_value
from gradviz.trace.events import ParamUpdated

Function: TypeAlias = Callable[[Tensor], Any]
Setting: TypeAlias = "float | bool | Tensor | tuple[float, ...]"


def check_place(edit: ValueEdit, loop: Loop) -> None:
    """Raise `UsageError`, with the closest matches, for a place that the loop does not have."""
    setting = SETTING.fullmatch(edit.where)
    if setting and int(setting["group"] or 0) < len(loop.optimizer.param_groups):
        group = loop.optimizer.param_groups[int(setting["group"] or 0)]
        if _is_setting(group.get(setting["name"])):
            _check_setting(edit, group[setting["name"]])
            return
    names = dict(loop.model.named_parameters(remove_duplicate=False))
    if edit.where in names or edit.where.split(".")[0] in BATCH:
        return
    group = loop.optimizer.param_groups[0]
    settings = [f"optimizer.{key}" for key, value in group.items() if _is_setting(value)]
    raise UsageError(
        N_("there is no such parameter or setting"),
        where=edit.where,
        mend=N_("take one of: {known}"),
        known=closest(edit.where, [*settings, *names, *BATCH]),
    )


def is_setting(edit: ValueEdit) -> bool:
    """Whether the edit changes a setting of the optimizer."""
    return SETTING.fullmatch(edit.where) is not None


def is_parameter(edit: ValueEdit) -> bool:
    """Whether the edit changes a parameter."""
    return not is_setting(edit) and edit.where.split(".")[0] not in BATCH


def edit_batch(edit: ValueEdit, batch: Batch, function: Function | None) -> Batch:
    """The batch with a tensor changed. Raises `UsageError` if it has none of that name."""
    whole = {"input": batch.inputs, "target": batch.target}
    found = dict(named_tensors(whole))
    if edit.where not in found:
        raise UsageError(
            N_("the batch has no tensor of this name"),
            where=edit.where,
            mend=N_("take one of: {known}"),
            known=closest(edit.where, found),
        )
    new = map_named_tensors(
        whole, lambda name, x: _changed(edit, x, function) if name == edit.where else x
    )
    return Batch(tuple(new["input"]), new["target"])


def edit_parameter(
    edit: ValueEdit, recorder: Recorder, model: nn.Module, function: Function | None
) -> None:
    """Change a parameter in place, and write it down."""
    parameter = model.get_parameter(edit.where)
    before = recorder.before_change(parameter)
    with torch.no_grad():
        parameter.copy_(_changed(edit, parameter, function))
    recorder.write(
        ParamUpdated,
        phase="data",
        param=edit.where,
        optimizer="",
        before=before,
        grad=None,
        after=recorder.keep(parameter),
        state_before=None,
        state_after=None,
        settings={},
    )


def edit_setting(edit: ValueEdit, optimizer: optim.Optimizer) -> list[Setting]:
    """Change a setting in its groups, and give what it was in each."""
    name, groups = _groups(edit, optimizer)
    before: list[Setting] = [group[name] for group in groups]
    for group in groups:
        group[name] = _new_setting(edit, group[name])
    return before


def put_back(edit: ValueEdit, optimizer: optim.Optimizer, before: list[Setting]) -> None:
    """Make a setting what it was."""
    name, groups = _groups(edit, optimizer)
    for group, value in zip(groups, before, strict=True):
        group[name] = value


def _changed(edit: ValueEdit, x: Tensor, function: Function | None) -> Tensor:
    if function is None:
        return new_value(edit, x)
    new = function(x)
    if new is None:
        return x
    if not isinstance(new, Tensor) or new.shape != x.shape:
        raise unfit(edit, x, str(list(new.shape) if isinstance(new, Tensor) else type(new)))
    return new


def _groups(edit: ValueEdit, optimizer: optim.Optimizer) -> tuple[str, list[dict[str, Any]]]:
    found = SETTING.fullmatch(edit.where)
    assert found is not None
    groups: list[dict[str, Any]] = optimizer.param_groups
    number = found["group"]
    return found["name"], groups if number is None else [groups[int(number)]]


def _new_setting(edit: ValueEdit, old: Setting) -> Any:
    if edit.what == "zero":
        return 0.0
    if edit.what == "scale":
        return old * edit.value
    return setting_value(edit)


def _is_setting(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_setting, value))
    return isinstance(value, float | int) or (isinstance(value, Tensor) and value.ndim == 0)


def _check_setting(edit: ValueEdit, old: Setting) -> None:
    if edit.what not in ("scale", "replace", "zero"):
        raise UsageError(
            N_("a setting of the optimizer can be replaced, scaled or zeroed"),
            where=edit.where,
            mend=N_("take replace, scale or zero"),
        )
    new = setting_value(edit) if edit.what == "replace" else 0.0
    several = len(old) if isinstance(old, tuple) else 0
    if several != (len(new) if isinstance(new, tuple) else 0) or not _is_setting(new):
        raise UsageError(
            N_("this setting is {value}, which a value of another form cannot replace"),
            where=edit.where,
            mend=N_("replace it by a list of {count} numbers") if several else N_("give a number"),
            value=old,
            count=several,
        )
