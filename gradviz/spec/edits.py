"""Edits: rules that change gradients, parameters, settings or inputs while an iteration runs."""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_

What: TypeAlias = Literal["zero", "scale", "clip_value", "clip_norm", "noise", "sign", "replace"]
Via: TypeAlias = Literal["tensor", "post_accumulate", "module", "module_pre", "node", "node_pre"]
OUTPUT = "output"
"""The last part of a place that is a module's output tensor."""

WHATS: tuple[str, ...] = What.__args__  # type: ignore[attr-defined]
VIAS: tuple[str, ...] = Via.__args__  # type: ignore[attr-defined]
_NUMBER = ("scale", "clip_value", "clip_norm", "noise")

EXPRESSIONS: dict[str, str] = {
    "zero": "torch.zeros_like({x})",
    "scale": "{x} * {value!r}",
    "clip_value": "{x}.clamp(-{value!r}, {value!r})",
    "clip_norm": "{x} * torch.clamp({value!r} / ({x}.norm() + 1e-6), max=1.0)",
    "noise": (
        "{x} + {value!r} * torch.randn({x}.shape, "
        "generator=torch.Generator().manual_seed({seed})).to({x})"
    ),
    "sign": "{x}.sign()",
    "replace": "torch.where(torch.tensor({keep!r}), {x}, torch.tensor({value!r}).to({x}))",
}
"""What each change is in PyTorch; `gradviz.engine.edits` computes just this."""


class _Change(Struct, frozen=True, forbid_unknown_fields=True):
    """``where`` it is, ``what`` is done with it, by how much, and in which iterations.

    ``what``: ``zero``; ``scale`` by a number; ``clip_value`` to ±number; ``clip_norm`` to a
    Euclidean norm, as ``clip_grad_norm_`` does; ``noise``, normal with this standard deviation, the
    same each time (``seed``); ``sign``; ``replace`` by a number or nested lists that broadcast to
    the shape, where a None keeps the cell as it was.

    It holds from iteration ``first`` to ``last``; None is from now on, and for ever. Raises
    `UsageError` for a value that does not fit.
    """

    where: str
    what: What
    value: Any = None
    via: Via | None = None
    slot: int = 0
    seed: int = 0
    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        if self.what not in WHATS:
            raise UsageError(
                N_("there is no change “{change}”"),
                where=self.where,
                mend=N_("take one of: {known}"),
                change=self.what,
                known=", ".join(WHATS),
            )
        if self.what in _NUMBER and not _finite(self.value):
            raise UsageError(
                N_("“{change}” needs a number, and got {value}"),
                where=self.where,
                mend=N_("give a finite number"),
                change=self.what,
                value=self.value,
            )
        if self.what.startswith("clip") and self.value < 0:
            raise UsageError(
                N_("“{change}” needs a bound of 0 or more, and got {value}"),
                where=self.where,
                mend=N_("leave the sign away"),
                change=self.what,
                value=self.value,
            )
        if self.what == "replace" and self.value is None:
            raise UsageError(
                N_("“{change}” needs the values to put there"),
                where=self.where,
                mend=N_("give a number, or nested lists of numbers"),
                change=self.what,
            )
        if self.first is not None and self.last is not None and self.first > self.last:
            raise UsageError(
                N_("iterations {first} to {last} are none"),
                where=self.where,
                mend=N_("let the first come before the last"),
                first=self.first,
                last=self.last,
            )

    def holds(self, iteration: int) -> bool:
        """Whether the rule applies in this iteration."""
        return (self.first or 0) <= iteration and (self.last is None or iteration <= self.last)

    def expression(self, name: str) -> str:
        """The change of a tensor of this name, as PyTorch code."""
        keep, value = kept_cells(self.value), filled_cells(self.value)
        return EXPRESSIONS[self.what].format(x=name, value=value, keep=keep, seed=self.seed)


class GradEdit(_Change, frozen=True, tag=True):
    """Change a gradient with a real PyTorch hook.

    ``where`` is a parameter (``fc1.weight``), a module (``fc1``), or an autograd node
    (``fc1/AddmmBackward0``). ``via`` says which hook, for they differ:

    - ``tensor``: ``Tensor.register_hook``, before the parameter accumulates (its default), or on
      the output of a module, ``fc1.output``;
    - ``post_accumulate``: on the sum in ``.grad``, after accumulation;
    - ``module``: a full backward hook, on the gradient of input ``slot``, which changes what flows
      upstream and not the module's own parameters (the default of a module);
    - ``module_pre``: a full backward pre-hook, on the gradient of output ``slot``: changes both;
    - ``node``: ``Node.register_hook``, on what leaves by ``slot`` of ``next_functions``;
    - ``node_pre``: ``Node.register_prehook``, on what arrives at output ``slot`` (the default of a
      node).
    """

    def as_code(self) -> str:
        """PyTorch lines that do the same to ``model`` without gradviz.

        They stand before the loop; those for a node of the loss, before ``loss.backward()``.
        """
        return "\n".join(_CODE[self.via or ("node_pre" if "/" in self.where else "tensor")](self))


class ValueEdit(_Change, frozen=True, tag=True):
    """Change a value before an iteration begins: a parameter (``fc1.weight``), a setting of the
    optimizer (``optimizer.lr``), or the batch (``input``, ``target``).
    """


def kept_cells(value: Any) -> Any:
    """True where a cell stays as it was."""
    return [kept_cells(item) for item in value] if isinstance(value, list) else value is None


def filled_cells(value: Any) -> Any:
    """The values, with 0 where a cell stays as it was."""
    if isinstance(value, list):
        return [filled_cells(item) for item in value]
    return 0.0 if value is None else value


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _tensor(edit: GradEdit) -> list[str]:
    hook = f"lambda grad: {edit.expression('grad')}"
    module, _, last = edit.where.rpartition(".")
    if last != OUTPUT:
        return [f'model.get_parameter("{edit.where}").register_hook({hook})']
    return [
        "def after_forward(module, args, output):",
        f"    output.register_hook({hook})",
        "",
        f'model.get_submodule("{module}").register_forward_hook(after_forward)',
    ]


def _post_accumulate(edit: GradEdit) -> list[str]:
    return [
        "def hook(parameter):",
        f"    parameter.grad = {edit.expression('parameter.grad')}",
        "",
        f'model.get_parameter("{edit.where}").register_post_accumulate_grad_hook(hook)',
    ]


def _module(edit: GradEdit) -> list[str]:
    return [
        "def hook(module, grad_input, grad_output):",
        "    grads = list(grad_input)",
        f"    grads[{edit.slot}] = {edit.expression(f'grads[{edit.slot}]')}",
        "    return tuple(grads)",
        "",
        f'model.get_submodule("{edit.where}").register_full_backward_hook(hook)',
    ]


def _module_pre(edit: GradEdit) -> list[str]:
    return [
        "def hook(module, grad_output):",
        "    grads = list(grad_output)",
        f"    grads[{edit.slot}] = {edit.expression(f'grads[{edit.slot}]')}",
        "    return tuple(grads)",
        "",
        f'model.get_submodule("{edit.where}").register_full_backward_pre_hook(hook)',
    ]


def _at_node(edit: GradEdit, register: str) -> list[str]:
    module, _, name = edit.where.rpartition("/")
    lines = [
        "def find(node):",
        "    waiting = [node]",
        "    while waiting:",
        "        node = waiting.pop()",
        f'        if type(node).__name__ == "{name}":',
        "            return node",
        "        waiting += [producer for producer, _ in node.next_functions if producer]",
        "",
    ]
    if not module:
        return [*lines, f"find(loss.grad_fn).{register}(hook)"]
    return [
        *lines,
        "def after_forward(module, args, output):",
        f"    find(output.grad_fn).{register}(hook)",
        "",
        f'model.get_submodule("{module}").register_forward_hook(after_forward)',
    ]


def _node(edit: GradEdit) -> list[str]:
    return [
        "def hook(grad_inputs, grad_outputs):",
        "    grads = list(grad_inputs)",
        f"    grads[{edit.slot}] = {edit.expression(f'grads[{edit.slot}]')}",
        "    return tuple(grads)",
        "",
        *_at_node(edit, "register_hook"),
    ]


def _node_pre(edit: GradEdit) -> list[str]:
    return [
        "def hook(grad_outputs):",
        "    grads = list(grad_outputs)",
        f"    grads[{edit.slot}] = {edit.expression(f'grads[{edit.slot}]')}",
        "    return tuple(grads)",
        "",
        *_at_node(edit, "register_prehook"),
    ]


_CODE = {
    "tensor": _tensor,
    "post_accumulate": _post_accumulate,
    "module": _module,
    "module_pre": _module_pre,
    "node": _node,
    "node_pre": _node_pre,
}
