"""Tables with texts: a row is a dict."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import Dataset

from gradviz.data.reading.columns import place_of
from gradviz.data.reading.dialect import Header
from gradviz.data.reading.opening import rows_of
from gradviz.data.reading.recent import Recent
from gradviz.data.reading.rows import Rows
from gradviz.data.reading.survey import Column, Missing, Survey
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

TEXT = 200  # about what a text takes in memory, with what is around it


class TextSamples(Dataset[dict[str, Any]]):
    """Rows of a file as dicts, read when they are asked for.

    A text is a str, a whole number an int, another number float32. The texts of the target are
    numbers of ``classes``.
    """

    classes: tuple[str, ...]

    def __init__(
        self, rows: Rows, columns: tuple[str, ...], target: str, *, missing: Missing
    ) -> None:
        places = [place_of(rows, name, setting="columns") for name in columns]
        places = places or [i for i, holds in enumerate(rows.holds) if holds != "other"]
        goal = place_of(rows, target, setting="target") if target else -1
        if target and goal not in places:
            places.append(goal)
        chosen = []
        for place in places:
            if rows.holds[place] == "other":
                raise DataError(
                    N_("column “{name}” holds neither numbers nor texts"),
                    where=str(rows.file),
                    mend=N_("leave it out of columns"),
                    name=rows.names[place],
                )
            number = rows.holds[place] == "number"
            chosen.append(Column(place, number, classes=place == goal and not number))
        self.columns = tuple(rows.names[place] for place in places)
        self._survey = Survey(rows, chosen, missing)
        self.skipped = self._survey.skipped
        self._numbers: dict[str, int] = {}
        if goal in self._survey.classes:
            self.classes = self._survey.classes[goal]
            self._numbers = {name: number for number, name in enumerate(self.classes)}
        self._recent: Recent[list[list[Any]]] = Recent(rows.budget)

    def __len__(self) -> int:
        return self._survey.count

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        at, place = self._survey.find(index % len(self))
        columns = self._recent.get(at, self._block)
        return {
            name: self._value(column, values[place])
            for name, column, values in zip(
                self.columns, self._survey.columns, columns, strict=True
            )
        }

    def _value(self, column: Column, value: Any) -> Any:
        if column.classes:
            return self._numbers[value]
        if not column.number:
            return value
        if self._survey.whole[column.place]:
            return int(value)
        return torch.tensor(float(value), dtype=torch.float32)

    def _block(self, at: int) -> tuple[list[list[Any]], int]:
        part = self._survey.part(at)
        size = sum(
            TEXT + len(value) if isinstance(value, str) else 32
            for values in part.columns
            for value in values
        )
        return part.columns, size


@DATASETS.add("files")
def TextTable(
    path: str = "",
    columns: tuple[str, ...] = (),
    target: str = "",
    missing: Missing = "error",
    header: Header = "auto",
    delimiter: str = "",
    encoding: str = "",
) -> TextSamples:
    """Texts and numbers of a CSV, TSV or Parquet file of yours, a row a dict with the names of the
    columns as keys. The texts of the target are classes.
    """
    rows = rows_of(path, encoding=encoding, delimiter=delimiter, header=header)
    return TextSamples(rows, columns, target, missing=missing)
