"""What was worked out before, as much as fits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values by key, up to ``most`` in weight; what was not asked for longest goes first.

    Threads may share one.
    """

    def __init__(self, most: int, *, weigh: Callable[[K, V], int] = lambda key, value: 1) -> None:
        self.most = most
        self._weigh = weigh
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def weight(self) -> int:
        """What all that is kept weighs."""
        return self._weight

    def get(self, key: K) -> V | None:
        """The value; None if it is not known."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: K, value: V) -> None:
        """Keep a value, unless it weighs more than all together may."""
        weight = self._weigh(key, value)
        with self._lock:
            self._drop(key)
            if weight > self.most:
                return
            self._kept[key] = value, weight
            self._weight += weight
            while self._weight > self.most:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._weight = 0

    def _drop(self, key: K) -> None:
        _, weight = self._kept.pop(key, (None, 0))
        self._weight -= weight
