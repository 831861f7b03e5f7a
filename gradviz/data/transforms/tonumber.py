"""Labels that are words as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradviz.data.tables import TRANSFORMS


@TRANSFORMS.add("labels", given=("values",))
class ToNumber:
    """The number of a label, which is its place in ``classes``. Where none are named, they are the
    labels of the samples for training, sorted.
    """

    def __init__(self, values: Iterable[Any] = (), classes: tuple[str, ...] = ()) -> None:
        self.classes = tuple(classes) or tuple(sorted({str(value) for value in values}))
        self.numbers = {label: number for number, label in enumerate(self.classes)}

    def __call__(self, label: Any) -> int:
        if str(label) not in self.numbers:
            raise ValueError(f"{label!r} is none of the classes {', '.join(self.classes)}")
        return self.numbers[str(label)]
