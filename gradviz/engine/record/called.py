"""What a module is that is being called: its class, its settings, what it owns."""

from __future__ import annotations

from contextlib import suppress

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from gradviz.engine.record.names import Names
from gradviz.trace.calls import ModuleCall


def called(module: nn.Module, names: Names) -> ModuleCall:
    """The module as the trace keeps it. Only torch's own are asked for their settings: code of the
    user's would run.
    """
    kind = type(module)
    builtin = kind.__module__.partition(".")[0] == "torch"
    name = names.module_id(module)
    about = ""
    if builtin:
        with suppress(Exception):  # one that was pickled by another torch may miss attributes
            about = module.extra_repr()
    own = {
        names.leaf(tensor) or _inside(name, local): tensor
        for local, tensor in module._parameters.items()
        if tensor is not None
    }
    return ModuleCall(
        kind=kind.__name__,
        name=name,
        about=about,
        parameters={known: _shape(tensor) for known, tensor in own.items()},
        buffers={
            _inside(name, local): _shape(tensor)
            for local, tensor in module._buffers.items()
            if tensor is not None
        },
        frozen=tuple(known for known, tensor in own.items() if not tensor.requires_grad),
        builtin=builtin,
    )


def _inside(name: str, local: str) -> str:
    return f"{name}.{local}" if name else local


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape; nothing of what has none that Python could tell."""
    if is_lazy(tensor) or tensor.is_nested:
        return ()
    return tuple(tensor.shape)
