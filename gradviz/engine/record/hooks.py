"""Global hooks of modules, and the names of torch that recordings replace."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as nn_module
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_parameter_registration_hook,
)

from gradviz.engine.doors.doors import door, put, removing
from gradviz.engine.doors.modes import off, recordings
from gradviz.engine.doors.reentry import unrecorded, with_modes, with_telling
from gradviz.engine.doors.unseen import unseen
from gradviz.engine.record.hidden import why_hidden
from gradviz.engine.record.ops import OpMode
from gradviz.engine.record.writes import tensors_in


@door
def module_calls() -> Callable[[], None]:
    """Every call of a module, for its path and its buffers."""
    first = register_module_forward_pre_hook(_entered)
    last = register_module_forward_hook(_left, always_call=True)
    return removing(first, last)


@door
def global_hooks() -> Callable[[], None]:
    """A compiled module warns of global hooks, and asks this whether there are any. Ours stay out
    of what is compiled. Torch 2.6 does not warn, and has nothing to ask.
    """
    if not hasattr(nn_module, "_has_any_global_hook"):
        return lambda: None

    def any_of_the_user() -> bool:
        tables = (
            nn_module._global_backward_pre_hooks,
            nn_module._global_backward_hooks,
            nn_module._global_forward_pre_hooks,
            nn_module._global_forward_hooks,
        )
        ours = (_entered, _left)
        return any(hook not in ours for table in tables for hook in table.values())

    return put(nn_module, "_has_any_global_hook", any_of_the_user)


@door
def assignments() -> Callable[[], None]:
    """Every parameter and buffer that a module is given."""
    parameters = register_module_parameter_registration_hook(_parameter_given)
    buffers = register_module_buffer_registration_hook(_buffer_given)
    return removing(parameters, buffers)


@door
def engine() -> Callable[[], None]:
    """The start of the autograd engine, see `gradviz.engine.doors.reentry`."""
    name = "_engine_run_backward"
    return put(torch.autograd, name, with_telling(with_modes(vars(torch.autograd)[name])))


@door
def first_grads() -> Callable[[], None]:
    """What torch begins a backward with: no op of the user's, though it may run before anybody is
    told of the backward.
    """
    name = "_make_grads"
    return put(torch.autograd, name, unrecorded(vars(torch.autograd)[name]))


@door
def fast_paths() -> Callable[[], None]:
    """Attention asks this whether it may take its fast path, and another path gives other bits.
    A recording is no reason to leave it.
    """
    original = torch.overrides.has_torch_function

    def has_torch_function(arguments: Iterable[Any]) -> bool:
        if not recordings(OpMode):
            return original(arguments)
        with off():
            return original(arguments)

    return put(torch.overrides, "has_torch_function", has_torch_function)


@unseen
def _entered(module: nn.Module, _inputs: Any) -> None:
    for mode in recordings(OpMode):
        recorder = mode.recorder
        if module is recorder.model:
            recorder.model_called()
        recorder.calls.enter(module)
        if isinstance(module, torch.jit.ScriptModule):
            mode.changes.secure_all()


@unseen
def _left(module: nn.Module, _inputs: Any, output: Any) -> None:
    for mode in recordings(OpMode):
        recorder = mode.recorder
        if output is None and sys.exc_info()[1] is not None:
            recorder.calls.failed()
        if why_hidden() is None:
            recorder.nodes.learn(_not_views(output), module=recorder.calls.path)
            recorder.called(module)
            if isinstance(module, torch.jit.ScriptModule):
                mode.hidden.tell(type(module).__name__, "compiled", outputs=tensors_in((output,)))
            mode.buffers.after(module)
        recorder.calls.leave(module)
        if module is recorder.model and recorder.calls.failure is None:
            recorder.model_returned()


def _not_views(output: Any) -> list[Tensor]:
    return [tensor for tensor in tensors_in((output,)) if not tensor._is_view()]


@unseen
def _parameter_given(module: nn.Module, name: str, parameter: Tensor) -> None:
    for mode in recordings(OpMode):
        path = mode.recorder.names.member(module, name)
        if path is not None:
            mode.changes.assign_parameter(path, parameter)


@unseen
def _buffer_given(module: nn.Module, name: str, buffer: Tensor | None) -> None:
    for mode in recordings(OpMode):
        path = mode.recorder.names.member(module, name)
        if path is not None and buffer is not None:
            mode.changes.assign_buffer(path, buffer)
