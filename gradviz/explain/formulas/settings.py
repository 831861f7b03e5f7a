"""The settings of an op, as the module that ran it says them."""

from __future__ import annotations

import ast

from gradviz.explain.formulas.case import Setting
from gradviz.parsing import parsed
from gradviz.trace.calls import ModuleCall

_KINDS = {"conv2d": "Conv2d", "max_pool2d": "MaxPool2d"}
"""The modules whose own words are those of the function."""


def settings_of(op: str, call: ModuleCall | None) -> dict[str, Setting]:
    """Each ``name=value`` of a module such as ``kernel_size=(3, 3)``; empty for other code."""
    if call is None or not call.builtin or _KINDS.get(op) != call.kind:
        return {}
    try:
        tree = parsed(f"f({call.about})", "eval").body
    except SyntaxError:
        return {}
    if not isinstance(tree, ast.Call):
        return {}
    found: dict[str, Setting] = {}
    for each in tree.keywords:
        try:
            value = ast.literal_eval(each.value)
        except ValueError:  # `padding_mode=circular`, written without quotes
            value = ast.unparse(each.value)
        if each.arg is not None:
            found[each.arg] = value
    return found
