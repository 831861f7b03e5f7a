"""Pieces of a file that were read last, up to so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Holds what was made last; a worker process begins with none."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._held: OrderedDict[int, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: int, make: Callable[[int], tuple[T, int]]) -> T:
        """The piece of that number: as it was held, else made, which gives its bytes too."""
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key][0]
        piece, size = make(key)
        self._held[key] = piece, size
        self._bytes += size
        while self._bytes > self.budget and len(self._held) > 1:
            _, (_, freed) = self._held.popitem(last=False)
            self._bytes -= freed
        return piece

    def __reduce__(self) -> tuple[type[Recent[T]], tuple[int]]:
        return type(self), (self.budget,)
