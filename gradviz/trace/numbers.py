"""A counter that can be looked at."""

from __future__ import annotations


class Numbers:
    """The whole numbers from ``next`` on."""

    def __init__(self, next: int = 0) -> None:
        self.next = next

    def __iter__(self) -> Numbers:
        return self

    def __next__(self) -> int:
        number = self.next
        self.next += 1
        return number
