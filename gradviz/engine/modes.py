"""The recordings that a thread is in, and switching them off for a while.

Torch keeps a stack of modes for each thread, and hands it on to the threads in which it runs
backward; so the stack says who records here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from torch.overrides import (
    TorchFunctionMode,
    _get_current_function_mode_stack,
    _pop_mode,
    _push_mode,
)


class RecordingMode(TorchFunctionMode):
    """A mode that records and changes nothing, so that torch may do as if it were not there."""


Mode = TypeVar("Mode", bound=RecordingMode)


class _Off(threading.local):
    """What the stack of this thread was when its recordings were switched off."""

    def __init__(self) -> None:
        self.stack: list[TorchFunctionMode] | None = None


_off = _Off()


def recordings(kind: type[Mode]) -> list[Mode]:
    """The recordings that this thread is in, outermost first."""
    return [mode for mode in _stack() if isinstance(mode, kind)]


def switch_off() -> bool:
    """Take the recordings of this thread off the stack until `switch_on`; False if there are none
    on it.
    """
    if _off.stack is not None or not recordings(RecordingMode):
        return False
    _off.stack = _stack()
    _become(mode for mode in _off.stack if not isinstance(mode, RecordingMode))
    return True


def switch_on() -> bool:
    """Put them back; whether there was anything to put back."""
    stack, _off.stack = _off.stack, None
    if stack is not None:
        _become(stack)
    return stack is not None


@contextmanager
def off() -> Iterator[None]:
    """The block runs without the recordings of this thread."""
    stack = _stack()
    _become(mode for mode in stack if not isinstance(mode, RecordingMode))
    try:
        yield
    finally:
        _become(stack)


def _stack() -> list[TorchFunctionMode]:
    stack: list[TorchFunctionMode] = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    return stack


def _become(modes: Iterable[TorchFunctionMode]) -> None:
    wanted = list(modes)
    for _ in _stack():
        _pop_mode()  # type: ignore[no-untyped-call]
    for mode in wanted:
        _push_mode(mode)  # type: ignore[no-untyped-call]
