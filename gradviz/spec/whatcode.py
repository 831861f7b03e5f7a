"""What an edit does to a tensor, as PyTorch code."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from gradviz.spec.scopecode import once

if TYPE_CHECKING:
    from gradviz.spec.edits import GradEdit, ValueEdit

EXPRESSIONS: dict[str, str] = {
    "zero": "torch.zeros_like({x})",
    "scale": "{x} * {value}",
    "clip_value": "{x}.clamp(-{value}, {value})",
    "clip_norm": "{x} * torch.clamp({value} / ({x}.norm() + 1e-6), max=1.0)",
    "noise": (
        "{x} + {value} * torch.randn({x}.shape, "
        "generator=torch.Generator().manual_seed({seed})).to({x})"
    ),
    "sign": "{x}.sign()",
    "replace": "torch.full_like({x}, {value})",
    "replace all": (
        "torch.tensor({value}, dtype={x}.dtype, device={x}.device).expand_as({x}).clone()"
    ),
    "replace some": (
        "torch.where(torch.tensor({keep}, device={x}.device), {x}, "
        "torch.tensor({value}, dtype={x}.dtype, device={x}.device))"
    ),
    "function": "change({x})",
}
"""What each change is; `gradviz.engine.edits.newvalues` computes just this."""

_IMPORT = "import importlib.util"
_LOAD = """
spec = importlib.util.spec_from_file_location("hooks", {file})
hooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hooks)
"""
_CHANGE = """
def change(x):
    new = hooks.{name}(x)
    return x if new is None else new
"""


def definitions(edit: GradEdit | ValueEdit, *, again: bool, bare: bool = False) -> str:
    """What must stand before its expression, or before the ``bare`` function as a hook.

    The file is loaded once, also by lines that run ``again`` in each iteration.
    """
    if edit.what != "function":
        return ""
    file, name = parts(edit.value)
    load = _LOAD.format(file=json.dumps(file, ensure_ascii=False))
    load = once(edit, load) if again else load
    return _IMPORT + load + ("" if bare else _CHANGE.format(name=name))


def hook(edit: GradEdit) -> str:
    """The change as a hook of a tensor."""
    if edit.what == "function":
        return f"hooks.{parts(edit.value)[1]}"
    return f"lambda grad: {expression(edit, 'grad')}"


def expression(edit: GradEdit | ValueEdit, x: str) -> str:
    """The changed value of what is called ``x``."""
    return EXPRESSIONS[form(edit)].format(
        x=x,
        value=literal(filled_cells(edit.value)),
        keep=literal(kept_cells(edit.value)),
        seed=edit.seed,
    )


def parts(function: str) -> tuple[str, str]:
    """The file of ``hooks.py:halve``, and the name in it."""
    file, _, name = function.rpartition(":")
    return file, name


def form(edit: GradEdit | ValueEdit) -> str:
    """The key of its expression."""
    if edit.what != "replace" or not isinstance(edit.value, list):
        return edit.what
    return "replace some" if _has_none(edit.value) else "replace all"


def kept_cells(value: Any) -> Any:
    """True where a cell stays as it was."""
    return [kept_cells(item) for item in value] if isinstance(value, list) else value is None


def filled_cells(value: Any) -> Any:
    """The values, with 0 where a cell stays as it was."""
    if isinstance(value, list):
        return [filled_cells(item) for item in value]
    return 0.0 if value is None else value


def literal(value: Any) -> str:
    """A number, or nested lists and tuples of them, as Python code."""
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _has_none(value: Any) -> bool:
    return any(map(_has_none, value)) if isinstance(value, list) else value is None
