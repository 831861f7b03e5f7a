"""The recordings that a thread is in, and switching them off for a while.

Torch keeps a stack of modes for each thread, and hands it on to the threads in which it runs
backward; so the stack says who records here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

import torch
from torch.overrides import (
    TorchFunctionMode,
    _get_current_function_mode_stack,
    _pop_mode,
    _push_mode,
)


class RecordingMode(TorchFunctionMode):
    """A mode that records and changes nothing, so that torch may do as if it were not there.

    Torch takes the innermost mode off, whichever ends. Blocks of generators and of coroutines end
    in any order, so this one takes off itself.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        become(mode for mode in stack() if mode is not self)


Mode = TypeVar("Mode", bound=RecordingMode)


class _Off(threading.local):
    """What the stack of this thread was when its recordings were switched off."""

    def __init__(self) -> None:
        self.stack: list[TorchFunctionMode] | None = None


_off = _Off()


def recordings(kind: type[Mode]) -> list[Mode]:
    """The recordings that this thread is in, outermost first."""
    count = torch._C._len_torch_function_stack()
    modes = [torch._C._get_function_stack_at(i) for i in range(count)]  # `stack`, inlined: hot
    return [mode for mode in modes if isinstance(mode, kind)]


def switch_off() -> bool:
    """Take the recordings of this thread off the stack until `switch_on`; False if there are none
    on it.
    """
    if _off.stack is not None or not recordings(RecordingMode):
        return False
    _off.stack = stack()
    become(mode for mode in _off.stack if not isinstance(mode, RecordingMode))
    return True


def switch_on() -> bool:
    """Put them back; whether there was anything to put back."""
    before, _off.stack = _off.stack, None
    if before is not None:
        become(before)
    return before is not None


@contextmanager
def off() -> Iterator[None]:
    """The block runs without the recordings of this thread."""
    with without(*recordings(RecordingMode)):
        yield


@contextmanager
def without(*modes: TorchFunctionMode) -> Iterator[None]:
    """The block runs without these modes."""
    before = stack()
    try:
        become(mode for mode in before if mode not in modes)
        yield
    finally:
        become(before)


def stack() -> list[TorchFunctionMode]:
    """The modes of this thread, outermost first."""
    modes: list[TorchFunctionMode] = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    return modes


def become(modes: Iterable[TorchFunctionMode]) -> None:
    """Let these be the modes of this thread."""
    wanted = list(modes)
    try:
        _become(wanted)
    except BaseException:  # Ctrl-C between two of its steps
        _become(wanted)
        raise


def _become(modes: list[TorchFunctionMode]) -> None:
    for _ in range(torch._C._len_torch_function_stack()):
        _pop_mode()  # type: ignore[no-untyped-call]
    for mode in modes:
        _push_mode(mode)  # type: ignore[no-untyped-call]
