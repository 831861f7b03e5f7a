"""Numbers in another unit."""

from __future__ import annotations

from typing import Any

from gradviz.data.tables import TRANSFORMS


@TRANSFORMS.add("numbers")
class Scale:
    """value · factor + offset."""

    def __init__(self, factor: float = 1.0, offset: float = 0.0) -> None:
        self.factor = factor
        self.offset = offset

    def __call__(self, value: Any) -> Any:
        return value * self.factor + self.offset
