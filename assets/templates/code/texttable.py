"""What a project with texts in a table has in its code: its rows as dicts."""

from collections.abc import Iterable
from typing import Any

import torch
from torch.utils.data import Dataset


class TextSamples(Dataset):
    """Rows as dicts. Whole numbers are ints, others float32, and the texts of the target numbers
    of ``classes``.
    """

    def __init__(
        self,
        rows: Iterable[list[Any]],
        columns: tuple[str, ...] = (),
        numbers: tuple[str, ...] = (),
        target: str = "",
        missing: str = "error",
    ) -> None:
        self.rows = [dict(zip(columns, row, strict=True)) for row in rows]
        if missing == "drop":
            self.rows = [
                row
                for row in self.rows
                if not any(self.lacks(cell, name in numbers) for name, cell in row.items())
            ]
        for name in columns:
            cells = [row[name] for row in self.rows]
            if name in numbers:
                made = self.as_numbers(cells)
            else:
                made = [cell or "" for cell in cells]
                if name == target:
                    self.classes = self.in_order(set(made))
                    made = [self.classes.index(text) for text in made]
            for row, value in zip(self.rows, made, strict=True):
                row[name] = value

    def as_numbers(self, cells: list[Any]) -> list[Any]:
        """The cells as whole numbers if all are, else as tensors; 0 where there is none."""
        kept = ["0" if self.lacks(cell, True) else cell for cell in cells]
        if all(map(self.is_whole, kept)):
            return list(map(int, kept))
        return list(torch.tensor(list(map(float, kept)), dtype=torch.float64).float())

    def lacks(self, cell: Any, number: bool) -> bool:
        """Whether there is nothing in a cell."""
        if cell is None or cell == "":
            return True
        try:
            return number and float(cell) != float(cell)
        except ValueError:
            return True

    def is_whole(self, cell: Any) -> bool:
        """Whether it is a whole number, written without a point."""
        try:
            return int(cell) is not None and not isinstance(cell, float)
        except ValueError:
            return False

    def in_order(self, texts: set[str]) -> list[str]:
        """Sorted as numbers if all are some."""
        try:
            return sorted(texts, key=lambda text: (float(text), text))
        except ValueError:
            return sorted(texts)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return dict(self.rows[index])
