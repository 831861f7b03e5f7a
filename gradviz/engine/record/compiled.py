"""The door into compiled code, which runs without the recordings: they would change what it is.

``torch.compile`` guards what it made by the modes that are on, and traces every hook; compiled
kernels write to memory that no torch function shows. So a call of compiled code runs as if nothing
was recorded, and one event tells of it. Its node in backward runs so, too.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn, optim

from gradviz.engine.doors.doors import gate, put, renew_gates
from gradviz.engine.doors.modes import recordings
from gradviz.engine.doors.suspension import resume, suspend
from gradviz.engine.doors.unseen import hush
from gradviz.engine.record.ops import OpMode
from gradviz.engine.record.writes import tensors_in

_ENTRY = "_maybe_set_eval_frame"
_WRAPPERS = {"compile_wrapper", "_fn"}


class _Running(threading.local):
    """The outermost call of compiled code in this thread, and the recordings that it is in."""

    def __init__(self) -> None:
        self.frame: FrameType | None = None
        self.modes: list[OpMode] = []


_running = _Running()


@gate
def compiled_calls() -> Callable[[], None]:
    """Every call of a function that ``torch.compile`` gave.

    Its wrapper turns the compiler on and off by a function of ``torch._dynamo``, which is a slow
    import and does without it until the first ``torch.compile``.
    """
    dynamo = sys.modules.get("torch._dynamo.eval_frame")
    if dynamo is not None:
        return put(dynamo, _ENTRY, _watched(dynamo))
    original = torch.compile

    def compile(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        finally:  # now it is imported
            renew_gates()

    return put(torch, "compile", compile)


def _watched(dynamo: ModuleType) -> Callable[[Any], Any]:
    switch = vars(dynamo)[_ENTRY]

    def run(callback: Any) -> Any:
        caller = sys._getframe(1)
        if caller is _running.frame:
            switch(None)  # the wrapper of torch 2.6 does not, and all of ours would be compiled
            _leave(caller)
        elif _running.frame is None and callable(callback) and caller.f_code.co_name in _WRAPPERS:
            _enter(caller)
        return switch(callback)

    dynamo.skip_code(run.__code__)  # torch 2.6 calls it with the compiler on
    return run


def _enter(caller: FrameType) -> None:
    modes = recordings(OpMode)
    if modes:
        with hush():
            for mode in modes:
                mode.changes.secure_all()
                for tensor in _reachable(caller):
                    mode.recorder.trace.store.secure(tensor)
        _running.frame, _running.modes = caller, modes
        suspend()


def _leave(caller: FrameType) -> None:
    modes, _running.frame, _running.modes = _running.modes, None, []
    resume()
    # Torch 2.9 and earlier return without giving it a name: then none are told.
    outputs = tensors_in((caller.f_locals.get("result"),))
    for mode in modes:
        mode.hidden.tell(_name(caller.f_locals["fn"]), "compiled", outputs=outputs)


def _reachable(caller: FrameType) -> Iterable[Tensor]:
    """What the call was given, and what the module or optimizer that it belongs to holds."""
    owner = _owner(caller.f_locals["fn"])
    held: list[Any] = []
    if isinstance(owner, nn.Module):
        held = [*owner.parameters(), *owner.buffers()]
    elif isinstance(owner, optim.Optimizer):
        held = list(owner.state.values())
    return tensors_in((caller.f_locals["args"], caller.f_locals["kwargs"], held))


def _name(function: Any) -> str:
    """A function's name; of a module, or a method of one, that of its class."""
    owner = _owner(function)
    named = owner if inspect.isroutine(owner) else type(owner)
    return str(named.__qualname__)


def _owner(function: Any) -> Any:
    """The object whose method it is, or which it calls; a plain function itself."""
    while getattr(function, "__self__", None) is None and hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return getattr(function, "__self__", None) or function
