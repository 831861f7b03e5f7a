"""What a project with a table has in its code: its numbers as tensors."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset


class TableSamples(Dataset):
    """Rows of numbers; with a target, the last cell of each is it: a class if it is a text
    (``"class"``) or all are whole numbers (``"auto"``), else a number.
    """

    def __init__(self, rows: Iterable[list[Any]], target: str = "", missing: str = "error") -> None:
        numbers, targets, width, whole = [], [], 0, True
        for row in rows:
            goal = row.pop() if target else None
            text = str(goal) if target == "class" and goal is not None else ""
            cells = [self.number(cell) for cell in row]
            value = text if target == "class" else self.number(goal) if target else 0.0
            if missing == "drop" and any(each != each or each == "" for each in (*cells, value)):
                continue
            whole = whole and self.is_whole(goal)
            if missing == "zero":
                cells = [0.0 if cell != cell else cell for cell in cells]
                value = 0.0 if value != value else value
            numbers.extend(cells)
            targets.append(value)
            width = len(cells)
        self.inputs = torch.tensor(numbers, dtype=torch.float64).float().reshape(-1, width)
        self.targets = None
        if target == "class":
            self.classes = self.in_order(set(targets))
            places = {name: place for place, name in enumerate(self.classes)}
            self.targets = torch.tensor([places[text] for text in targets])
        elif target == "auto" and whole:
            self.targets = torch.tensor(targets, dtype=torch.float64).long()
        elif target:
            self.targets = torch.tensor(targets, dtype=torch.float64).float()[:, None]

    def number(self, cell: Any) -> float:
        """The cell as a number, NaN where there is none."""
        try:
            return float(cell)
        except (TypeError, ValueError):
            return float("nan")

    def is_whole(self, cell: Any) -> bool:
        """Whether it is a whole number, written without a point, or missing."""
        if self.number(cell) != self.number(cell):
            return True
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
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[Tensor, Any]:
        x = self.inputs[index]
        if self.targets is None:
            return x, x.clone()
        y = self.targets[index]
        return x, y if y.ndim else int(y)
