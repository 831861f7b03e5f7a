"""Where torch lets a recorder in, beside the mode: global hooks, and a few names of torch.

The doors serve all recordings of the process: the first one opens them, the last one shuts them.
Who comes in asks `gradviz.engine.doors.modes.recordings` which recordings its own thread is in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeAlias

from torch.utils.hooks import RemovableHandle

from gradviz.engine.doors.interrupts import uninterrupted

Door: TypeAlias = Callable[[], Callable[[], None]]
"""Opens one way in, and gives the function that shuts it."""

_doors: list[Door] = []
_gates: list[Door] = []
_lock = threading.RLock()
_opened = ExitStack()
_opened_gates = ExitStack()
_inside: set[int] = set()
_shut = 0


def door(opens: Door) -> Door:
    """Add a door to those that every recording opens."""
    _doors.append(opens)
    return opens


def gate(opens: Door) -> Door:
    """Add a door that stays open when the others are shut: by it one comes in again."""
    _gates.append(opens)
    return opens


def open_doors(recording: object) -> None:
    """Torch tells this recording of everything that no mode sees, until `close_doors`."""
    with uninterrupted(), _lock:
        if not _inside:
            _open(_gates, _opened_gates)
            if not _shut:
                _open(_doors, _opened)
        _inside.add(id(recording))


def close_doors(recording: object) -> None:
    """Undo `open_doors`, also one that did not come to its end."""
    with uninterrupted(), _lock:
        _inside.discard(id(recording))
        if not _inside:
            _opened.close()
            _opened_gates.close()


def shut_doors() -> None:
    """Leave torch as it is without any recording, until `reopen_doors`."""
    global _shut
    with uninterrupted(), _lock:
        _shut += 1
        _opened.close()


def reopen_doors() -> None:
    """Undo `shut_doors`."""
    global _shut
    with uninterrupted(), _lock:
        _shut -= 1
        if _inside and not _shut:
            _open(_doors, _opened)


def renew_gates() -> None:
    """Open the gates anew: torch has imported more of itself."""
    with uninterrupted(), _lock:
        if _inside:
            _open(_gates, _opened_gates)


def put(owner: Any, name: str, value: object) -> Callable[[], None]:
    """Let a name of torch stand for something else; gives the function that puts it back."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    return lambda: setattr(owner, name, before)


def removing(*handles: RemovableHandle) -> Callable[[], None]:
    """Shuts a door that consists of hooks."""

    def remove() -> None:
        for handle in handles:
            handle.remove()

    return remove


def _open(doors: list[Door], opened: ExitStack) -> None:
    opened.close()
    for opens in doors:
        opened.callback(opens())
