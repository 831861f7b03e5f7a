"""The autograd engine, started with the modes on that its own call had switched off.

Torch switches a mode off while it handles a call, here that of ``backward``, and offers no place
between that call and the engine. So while anything is recorded, the name through which torch calls
the engine stands for a function that switches on again what its own thread is waiting for; and that
first tells of the backward those whom torch has not told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.autograd import backward
from torch.overrides import TorchFunctionMode

from gradviz.engine.doors.modes import RecordingMode, off, recordings, without
from gradviz.engine.doors.suspension import resume


class _Waiting(threading.local):
    """The modes of this thread that are off while their ``backward`` runs, innermost first."""

    def __init__(self) -> None:
        self.modes: list[TorchFunctionMode] = []


_waiting = _Waiting()


@contextmanager
def on_in_engine(mode: TorchFunctionMode) -> Iterator[None]:
    """The engine that starts in the block runs with this mode on."""
    _waiting.modes.append(mode)
    try:
        yield
    finally:
        if mode in _waiting.modes:
            _waiting.modes.remove(mode)


def with_modes(engine: Callable[..., Any]) -> Callable[..., Any]:
    """The engine, with the waiting modes of the calling thread switched on while it runs."""

    def run(*args: Any, **kwargs: Any) -> Any:
        modes, _waiting.modes = _waiting.modes, []
        try:
            with ExitStack() as on:
                for mode in reversed(modes):
                    on.enter_context(mode)
                on.callback(resume)  # a compiled node may have raised
                return engine(*args, **kwargs)
        finally:
            _waiting.modes = modes

    return run


def with_telling(engine: Callable[..., Any]) -> Callable[..., Any]:
    """The engine, for recordings that may not know that a backward begins.

    Each version of torch tells modes of `Tensor.backward`; of `torch.autograd.backward` only those
    tell in which that is a torch function, too (2.13 is one, 2.9 is not). What it tells is said
    here in its place.
    """

    def run(
        outputs: Any, grads: Any, retain: bool, create: bool, inputs: Any, *rest: Any, **kwargs: Any
    ) -> Any:
        untold = recordings(RecordingMode) if torch._C._is_torch_function_mode_enabled() else []
        if not untold:
            return engine(outputs, grads, retain, create, inputs, *rest, **kwargs)
        told = {"grad_tensors": grads, "retain_graph": retain, "create_graph": create}
        with without(untold[-1]):  # it calls backward again, which gets here without it
            told["inputs"] = inputs or None
            return untold[-1].__torch_function__(backward, (), (outputs,), told)  # type: ignore[no-untyped-call]

    return run


def unrecorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, run with the recordings of the calling thread off."""

    def run(*args: Any, **kwargs: Any) -> Any:
        with off():
            return function(*args, **kwargs)

    return run
