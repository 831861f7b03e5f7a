"""The autograd engine, started with the modes on that its own call had switched off.

Torch switches a mode off while it handles a call, here that of ``backward``, and offers no place
between that call and the engine. So while anything is recorded, the name through which torch calls
the engine stands for a function that switches on again what its own thread is waiting for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch.overrides import TorchFunctionMode

from gradviz.engine.suspension import resume


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
