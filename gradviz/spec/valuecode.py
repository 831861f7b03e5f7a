"""The PyTorch lines that change a parameter, a setting of the optimizer, or the batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradviz.spec import whatcode
from gradviz.spec.scopecode import EACH_ITERATION, Standing, during, standing

if TYPE_CHECKING:
    from gradviz.spec.edits import ValueEdit

SETTING = re.compile(r"optimizer(?:\[(?P<group>\d+)\])?\.(?P<name>\w+)")
"""A setting, of all groups or of one."""
BATCH = ("input", "target")
"""The first parts of the names of a batch's tensors."""

_SET = """
if iteration == {first}:
    before = [group["{name}"] for group in {groups}]
    for group in {groups}:
        group["{name}"] = {value}
"""
_PUT_BACK = """
if iteration == {end}:
    for group, value in zip({groups}, before):
        group["{name}"] = value
"""
_MOVE = """
with torch.no_grad():
    parameter = model.get_parameter("{where}")
    parameter.copy_({value})
"""


def of_value(edit: ValueEdit) -> Standing:
    """See `gradviz.spec.edits.ValueEdit.as_code`."""
    setting = SETTING.fullmatch(edit.where)
    if setting:
        return standing(EACH_ITERATION, _set(edit, setting["name"], setting["group"]))
    lines = whatcode.definitions(edit, again=True)
    first, *rest = edit.where.split(".")
    if first in BATCH:
        x = first + "".join(f"[{part if part.isdigit() else repr(part)}]" for part in rest)
        lines += during(edit, f"{x} = {whatcode.expression(edit, x)}")
    else:
        value = whatcode.expression(edit, "parameter")
        lines += during(edit, _MOVE.format(where=edit.where, value=value).strip())
    return standing(EACH_ITERATION, lines)


def _set(edit: ValueEdit, name: str, group: str | None) -> str:
    groups = "optimizer.param_groups" + (f"[{group}:{int(group) + 1}]" if group else "")
    value = {
        "zero": "0.0",
        "scale": f'group["{name}"] * {whatcode.literal(edit.value)}',
        "replace": whatcode.literal(setting_value(edit)),
    }[edit.what]
    lines = _SET.format(first=edit.first or 0, name=name, groups=groups, value=value)
    if edit.last is not None:
        lines += _PUT_BACK.format(end=edit.last + 1, name=name, groups=groups).lstrip("\n")
    return lines


def setting_value(edit: ValueEdit) -> object:
    """What replaces a setting; several numbers, such as betas, are a tuple there."""
    return tuple(edit.value) if isinstance(edit.value, list) else edit.value
