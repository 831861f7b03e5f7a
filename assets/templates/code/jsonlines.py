"""What a project with JSON lines has in its code: its objects, read without gradviz."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset


class JsonSamples(Dataset):
    """Objects of a file, one a line. Lists of numbers are tensors, numbers of a key that are not
    all whole float32, and the texts of the target numbers of ``classes``.
    """

    def __init__(self, path: str, inputs: tuple[str, ...] = (), target: str = "") -> None:
        with Path(path).open(encoding="utf-8-sig") as file:
            self.rows = [json.loads(line) for line in file if line.strip()]
        goal = [target] if target else []
        self.keys = list(dict.fromkeys([*(inputs or self.rows[0]), *goal]))
        self.target = target
        self.floats = {
            key
            for key in self.keys
            if any(isinstance(each, float) for row in self.rows for each in self.numbers(row[key]))
        }
        texts = {row[target] for row in self.rows if isinstance(row[target], str)} if goal else ()
        self.classes = sorted(texts)

    def numbers(self, value: Any) -> Iterator[int | float]:
        """The numbers in lists of lists; none if anything else is in them."""
        flat, waiting = [], [value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, list):
                waiting.extend(each)
            elif isinstance(each, bool) or not isinstance(each, (int, float)):
                return iter(())
            else:
                flat.append(each)
        return iter(flat)

    def value(self, key: str, value: Any) -> Any:
        """What a sample has of it."""
        if key == self.target and isinstance(value, str):
            return self.classes.index(value)
        is_numbers = next(self.numbers(value), None) is not None
        if is_numbers and (isinstance(value, list) or key in self.floats):
            return torch.tensor(value, dtype=torch.float32 if key in self.floats else torch.int64)
        return value

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {key: self.value(key, self.rows[index][key]) for key in self.keys}
