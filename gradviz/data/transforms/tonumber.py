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
        self.classes = tuple(classes) or tuple(sorted({self.word(value) for value in values}))
        self.numbers = {label: number for number, label in enumerate(self.classes)}

    def word(self, label: Any) -> str:
        """A label as it is called, also where it is a number in a tensor."""
        return str(label.item() if hasattr(label, "item") else label)

    def __call__(self, label: Any) -> int:
        word = self.word(label)
        if word not in self.numbers:
            raise ValueError(f"{word!r} is none of the classes {', '.join(self.classes)}")
        return self.numbers[word]
