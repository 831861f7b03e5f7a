"""Large structures of plain data, made without stopping for Python's garbage collector.

The collector looks for cycles in everything that lives each time enough was made; with torch loaded
that is hundreds of thousands of objects, and took half of the time of a large layout. Plain data
has no cycles to be found.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_aside: list[object] = []
"""Those who asked that what is made so is not looked at later, either."""
P = ParamSpec("P")
T = TypeVar("T")


def uncollected(function: Callable[P, T]) -> Callable[P, T]:
    """The function, during which the collector waits. Counted references are freed as always.

    The switch is the whole process's: of two threads at once the first to end turns it on again,
    which costs the other one time and nothing else.
    """

    @wraps(function)
    def waiting(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            if _aside:
                gc.freeze()
            gc.enable()

    return waiting


def set_aside(who: object) -> Callable[[], None]:
    """From now on the collector never looks at what was made without it: the first search
    afterwards would take as long as all of those that were spared. Until the returned function is
    called.
    """
    _aside.append(who)
    return lambda: _aside.remove(who)


def empty(*tables: dict[Any, Any]) -> None:
    """Free large tables thing by thing: in one go, as at the end of a function, Python lets no
    other thread run until all is gone, which is 0.1 s for a graph of 20,000 nodes.
    """
    for table in tables:
        while table:
            table.popitem()
