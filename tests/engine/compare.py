"""What the tests of the recorder compare: bits, references, and the state at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules import module as module_hooks
from torch.optim import optimizer as optimizer_hooks
from torch.overrides import _get_current_function_mode_stack

import gradviz
from gradviz.engine.record.record import recording
from gradviz.engine.record.recorder import Recorder
from gradviz.trace.events import ValueRef

Program = Callable[[], Any]


def run_both(program: Program, *, seed: int = 0) -> tuple[Any, Any, Recorder]:
    """What a program gives plain, and recorded, from the same seed."""
    torch.manual_seed(seed)
    plain = program()
    torch.manual_seed(seed)
    before = marks()
    with recording(gradviz.Trace(), model=None, optimizer=None, iteration=0) as recorder:
        recorded = program()
    assert marks() == before
    return plain, recorded, recorder


def refs(value: object) -> list[ValueRef]:
    """All references in an event."""
    if isinstance(value, ValueRef):
        return [value]
    if hasattr(value, "__struct_fields__"):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [ref for item in value for ref in refs(item)]
    return []


def tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in anything that a module or an op may take or give."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from tensors([getattr(value, field.name) for field in fields(value)])


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal bit for bit."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return (a.shape, a.dtype, a.layout) == (b.shape, b.dtype, b.layout) and _bits(a) == _bits(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b) and type(a) is type(b)


def _bits(tensor: Tensor) -> Any:
    tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    flat = tensor.resolve_conj().resolve_neg().reshape(-1).clone()
    return flat.as_strided(flat.shape, (1,)).view(torch.uint8).cpu().numpy().tobytes()


def unreadable(trace: gradviz.Trace) -> list[str]:
    """The references that give no value, or one of another shape or type."""
    bad = []
    for event in trace.events:
        for ref in refs(event):
            try:
                value = trace.value(ref)
            except gradviz.GradvizError as error:
                bad.append(f"{event}: {error}")
                continue
            if -1 not in ref.shape and tuple(value.shape) != ref.shape:
                bad.append(f"{event}: {ref} is {tuple(value.shape)}")
    return bad


def unlike_now(recorder: Recorder) -> list[str]:
    """What the last state of a recording tells otherwise than the live tensors."""
    names, trace = recorder.names, recorder.trace
    state = trace.at(len(trace.events) - 1)
    live: dict[str, Tensor | None] = {f"params {name}": leaf for name, leaf in names.leaves.items()}
    live |= {f"grads {name}": leaf.grad for name, leaf in names.leaves.items()}
    live |= {f"buffers {name}": buffer for name, buffer in names.buffers.items()}
    told = {f"params {name}": value for name, value in state.params.items()}
    told |= {f"grads {name}": value for name, value in state.grads.items()}
    told |= {f"buffers {name}": value for name, value in state.buffers.items()}
    return [name for name, value in live.items() if not same(value, told.get(name))]


def marks() -> tuple[object, ...]:
    """What a recording may not leave behind in torch."""
    return (
        list(_get_current_function_mode_stack()),
        torch._C._len_torch_dispatch_stack(),
        dict(module_hooks._global_forward_hooks),
        dict(module_hooks._global_forward_pre_hooks),
        dict(module_hooks._global_forward_hooks_always_called),
        dict(module_hooks._global_parameter_registration_hooks),
        dict(module_hooks._global_buffer_registration_hooks),
        dict(optimizer_hooks._global_optimizer_pre_hooks),
        dict(optimizer_hooks._global_optimizer_post_hooks),
        torch.autograd._engine_run_backward,
        torch.overrides.has_torch_function,
        getattr(module_hooks, "_has_any_global_hook", None),
        torch.compile,
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
    )
