"""Edits become real hooks: put on before an iteration, taken off after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from gradviz.engine.loop import Batch, Loop
from gradviz.engine.recorder import Recorder
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import OUTPUT, GradEdit, ValueEdit, filled_cells, kept_cells
from gradviz.trace.events import GradEdited, ParamUpdated
from gradviz.trace.graph import AutogradGraph

Edit = GradEdit | ValueEdit
Placed = Callable[[Tensor], Tensor]


def completed(edit: Edit, loop: Loop, *, iteration: int) -> Edit:
    """The edit with its hook and its first iteration filled in.

    Raises `UsageError` for a place that the model does not have, or a hook that cannot be there.
    """
    first = iteration if edit.first is None else edit.first
    if isinstance(edit, ValueEdit):
        _check_value_place(edit, loop)
        return msgspec.structs.replace(edit, first=first)
    kind = _kind(edit.where, loop.model)
    via = edit.via or _DEFAULT[kind]
    if via not in _POSSIBLE[kind]:
        raise UsageError(
            N_("a {kind} takes no hook of the kind “{via}”"),
            where=edit.where,
            mend=N_("take one of: {known}"),
            kind=kind,
            via=via,
            known=", ".join(_POSSIBLE[kind]),
        )
    return msgspec.structs.replace(edit, first=first, via=via)


@contextmanager
def edited(edits: Sequence[Edit], recorder: Recorder, loop: Loop, batch: Batch) -> Iterator[Batch]:
    """The block runs an iteration on the batch that this gives, with all values changed and the
    hooks of the gradient edits put on, in their order.
    """
    with recorder.unseen():
        batch = _apply_values(edits, recorder, loop, batch)
    with ExitStack() as hooks:
        for edit in edits:
            if isinstance(edit, GradEdit):
                handle = _PUT[edit.via or "tensor"](edit, recorder, loop.model)
                hooks.callback(handle.remove)
        yield batch


def _apply_values(edits: Sequence[Edit], recorder: Recorder, loop: Loop, batch: Batch) -> Batch:
    """Change parameters and settings in place, and give the batch as it is to be."""
    inputs, target = batch.inputs, batch.target
    for edit in edits:
        if not isinstance(edit, ValueEdit):
            continue
        if edit.where.startswith("optimizer."):
            _set_option(edit, loop.optimizer)
        elif edit.where == "input":
            inputs = (changed(edit, inputs[0]), *inputs[1:])
        elif edit.where == "target":
            target = changed(edit, target)
        else:
            _move(edit, recorder, loop.model.get_parameter(edit.where))
    return Batch(inputs, target)


def _move(edit: ValueEdit, recorder: Recorder, parameter: nn.Parameter) -> None:
    before = recorder.before_change(parameter)
    with torch.no_grad():
        parameter.copy_(changed(edit, parameter.detach()))
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


def changed(edit: Edit, x: Tensor) -> Tensor:
    """The tensor as the edit makes it; `gradviz.spec.edits.EXPRESSIONS` says the same in code.

    Raises `UsageError` when values do not fit the shape.
    """
    try:
        result = _CHANGES[edit.what](edit, x)
    except (RuntimeError, ValueError, TypeError) as error:
        raise _unfit(edit, x, str(error)) from error
    if result.shape != x.shape:
        raise _unfit(edit, x, str(list(result.shape)))
    return result


def _unfit(edit: Edit, x: Tensor, reason: str) -> UsageError:
    return UsageError(
        N_("“{change}” does not fit a tensor of shape {shape} ({reason})"),
        where=edit.where,
        mend=N_("give values of that shape"),
        change=edit.what,
        shape=list(x.shape),
        reason=reason.partition("\n")[0],
    )


def _replaced(edit: Edit, x: Tensor) -> Tensor:
    keep = torch.tensor(kept_cells(edit.value))
    return torch.where(keep.to(x.device), x, torch.tensor(filled_cells(edit.value)).to(x))


def _noisy(edit: Edit, x: Tensor) -> Tensor:
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(edit.seed)).to(x)
    scale: float = edit.value
    return x + scale * noise


_CHANGES: dict[str, Callable[[Edit, Tensor], Tensor]] = {
    "zero": lambda _edit, x: torch.zeros_like(x),
    "scale": lambda edit, x: x * edit.value,
    "clip_value": lambda edit, x: x.clamp(-edit.value, edit.value),
    "clip_norm": lambda edit, x: x * torch.clamp(edit.value / (x.norm() + 1e-6), max=1.0),
    "noise": _noisy,
    "sign": lambda _edit, x: x.sign(),
    "replace": _replaced,
}

_DEFAULT = {"parameter": "tensor", "output": "tensor", "module": "module", "node": "node_pre"}
_POSSIBLE = {
    "parameter": ("tensor", "post_accumulate"),
    "output": ("tensor",),
    "module": ("module", "module_pre"),
    "node": ("node", "node_pre"),
}


def _kind(where: str, model: nn.Module) -> str:
    """What a place names: a parameter, a module, its output, or a node."""
    if "/" in where:
        return "node"
    if where in dict(model.named_parameters()):
        return "parameter"
    modules = dict(model.named_modules())
    if where in modules and where:
        return "module"
    module, _, last = where.rpartition(".")
    if last == OUTPUT and module in modules:
        return "output"
    known = [*dict(model.named_parameters()), *filter(None, modules)]
    raise UsageError(
        N_("the model has no parameter or module of this name"),
        where=where or '""',
        mend=N_("take one of: {known}"),
        known=", ".join(known),
    )


def _check_value_place(edit: ValueEdit, loop: Loop) -> None:
    if edit.where in ("input", "target"):
        return
    group = loop.optimizer.param_groups[0]
    known = [f"optimizer.{key}" for key, value in group.items() if isinstance(value, float | int)]
    names = [name for name, _ in loop.model.named_parameters()]
    if edit.where in known:
        if edit.what not in ("scale", "replace", "zero"):
            raise UsageError(
                N_("a setting of the optimizer can be replaced, scaled or zeroed"),
                where=edit.where,
                mend=N_("take replace, scale or zero"),
            )
        return
    if edit.where not in names:
        raise UsageError(
            N_("there is no such parameter or setting"),
            where=edit.where,
            mend=N_("take one of: {known}"),
            known=", ".join([*names, *known, "input", "target"]),
        )


def _set_option(edit: ValueEdit, optimizer: torch.optim.Optimizer) -> None:
    key = edit.where.partition(".")[2]
    for group in optimizer.param_groups:
        old = torch.tensor(float(group[key]), dtype=torch.float64)
        group[key] = changed(edit, old).item()


def _told(edit: GradEdit, recorder: Recorder) -> Placed:
    """The change, writing an event each time."""

    def change(grad: Tensor) -> Tensor:
        with torch._C.DisableTorchFunction(), torch.no_grad():
            result = changed(edit, grad)
            recorder.write(
                GradEdited,
                target=edit.where,
                hook=edit.via,
                before=recorder.keep(grad),
                after=recorder.keep(result),
            )
        return result

    return change


def _at(slot: int, change: Placed, grads: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tuple with the change made at a slot that has a gradient."""
    if slot >= len(grads) or grads[slot] is None:
        return grads
    return (*grads[:slot], change(grads[slot]), *grads[slot + 1 :])


def _on_tensor(edit: GradEdit, recorder: Recorder, model: nn.Module) -> Any:
    change = _told(edit, recorder)
    module, _, last = edit.where.rpartition(".")
    if last == OUTPUT and edit.where not in dict(model.named_parameters()):

        def after_forward(_module: nn.Module, _args: Any, output: Tensor) -> None:
            output.register_hook(change)  # type: ignore[no-untyped-call]

        return model.get_submodule(module).register_forward_hook(after_forward)
    parameter = model.get_parameter(edit.where)
    return parameter.register_hook(change)  # type: ignore[no-untyped-call]


def _after_accumulation(edit: GradEdit, recorder: Recorder, model: nn.Module) -> Any:
    change = _told(edit, recorder)

    def hook(parameter: Tensor) -> None:
        if parameter.grad is not None:
            with torch._C.DisableTorchFunction():
                parameter.grad = change(parameter.grad)

    parameter = model.get_parameter(edit.where)
    return parameter.register_post_accumulate_grad_hook(hook)  # type: ignore[no-untyped-call]


def _after_module(edit: GradEdit, recorder: Recorder, model: nn.Module) -> Any:
    change = _told(edit, recorder)
    return model.get_submodule(edit.where).register_full_backward_hook(
        lambda _module, grad_input, _grad_output: _at(edit.slot, change, grad_input)
    )


def _before_module(edit: GradEdit, recorder: Recorder, model: nn.Module) -> Any:
    change = _told(edit, recorder)
    return model.get_submodule(edit.where).register_full_backward_pre_hook(
        lambda _module, grad_output: _at(edit.slot, change, grad_output)
    )


def _at_node(edit: GradEdit, recorder: Recorder, model: nn.Module) -> Any:
    change = _told(edit, recorder)
    module, _, name = edit.where.rpartition("/")

    def register(graph: AutogradGraph, live: dict[int, Node]) -> list[Any]:
        for known in reversed(graph.nodes):
            if known.name == name and module in ("", known.module):
                if edit.via == "node":
                    return [
                        live[known.id].register_hook(
                            lambda grad_inputs, _outputs: _at(edit.slot, change, grad_inputs)
                        )
                    ]
                return [
                    live[known.id].register_prehook(
                        lambda grad_outputs: _at(edit.slot, change, grad_outputs)
                    )
                ]
        raise UsageError(
            N_("the graph has no such node"),
            where=edit.where,
            mend=N_("take one of: {known}"),
            known=", ".join(f"{node.module}/{node.name}" for node in graph.nodes),
        )

    return recorder.before_backward(register)


_PUT: dict[str, Callable[[GradEdit, Recorder, nn.Module], Any]] = {
    "tensor": _on_tensor,
    "post_accumulate": _after_accumulation,
    "module": _after_module,
    "module_pre": _before_module,
    "node": _at_node,
    "node_pre": _at_node,
}
