"""Cells of a table: which are numbers, and which are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Cells: TypeAlias = Sequence[str] | np.ndarray[Any, Any]
"""A column of a block: texts as the file has them, or numbers, where NaN is none."""

MISSING = frozenset({"", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None"})
"""What stands for a number that is not known."""
EXACT = 2**53
"""Whole numbers up to this are exact as floats."""


class NoNumberError(ValueError):
    """A cell that is no number; ``place`` is its place in the column."""

    def __init__(self, place: int, cell: str) -> None:
        super().__init__(cell)
        self.place = place
        self.cell = cell


def numbers(cells: Cells) -> np.ndarray[Any, Any]:
    """The column as float64, NaN where a number is missing. Raises `NoNumberError`."""
    if isinstance(cells, np.ndarray):
        return cells.astype(np.float64)
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return np.array([_number(place, cell) for place, cell in enumerate(cells)])


def whole(cells: Cells) -> bool:
    """Whether all that is there is whole numbers, written without a point."""
    if isinstance(cells, np.ndarray):
        return False
    try:
        found = list(map(int, cells))
    except ValueError:
        try:
            found = [int(cell) for cell in cells if cell.strip() not in MISSING]
        except ValueError:
            return False
    return not found or (max(found) <= EXACT and min(found) >= -EXACT)


def holds_numbers(cells: Sequence[str]) -> bool:
    """Whether there is a number, and nothing else but what is missing."""
    try:
        return not np.isnan(numbers(cells)).all()
    except NoNumberError:
        return False


def is_number(cell: str) -> bool:
    """Whether it can be read as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(place: int, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        if cell.strip() in MISSING:
            return float("nan")
        raise NoNumberError(place, cell) from None
