"""Tables of numbers: a row is a sample."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from gradviz.data.reading.columns import numeric, place_of
from gradviz.data.reading.dialect import Header
from gradviz.data.reading.opening import rows_of
from gradviz.data.reading.recent import Recent
from gradviz.data.reading.rows import Rows
from gradviz.data.reading.survey import Column, Missing, Survey
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

As: TypeAlias = Literal["auto", "class", "number"]
"""What a target is: a class, or a number that is to be found."""


class TableSamples(Dataset[tuple[Tensor, Any]]):
    """Rows of a file, read when they are asked for.

    A sample is float32 (features,), and the class as a whole number or else the target as float32
    (1,). Only the place of every 32nd row is held.
    """

    classes: tuple[str, ...]

    def __init__(
        self, rows: Rows, inputs: tuple[str, ...], target: str, *, missing: Missing, target_as: As
    ) -> None:
        chosen = numeric(rows, inputs, but=target)
        self.features = tuple(rows.names[place] for place in chosen)
        columns = [Column(place, number=True) for place in chosen]
        self._target: Column | None = None
        if target:
            self._target = _target(rows, place_of(rows, target, setting="target"), target_as)
            columns.append(self._target)
        self._survey = Survey(rows, columns, missing)
        self.skipped = self._survey.skipped
        self._numbers: dict[str, int] = {}
        if self._target is not None and self._target.classes:
            self.classes = self._survey.classes[self._target.place]
            self._numbers = {name: number for number, name in enumerate(self.classes)}
        self._recent: Recent[tuple[Tensor, Any]] = Recent(rows.budget)
        column = self._target
        self._whole = bool(
            column and column.number and target_as == "auto" and self._survey.whole[column.place]
        )

    def __len__(self) -> int:
        return self._survey.count

    def __getitem__(self, index: int) -> tuple[Tensor, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        at, place = self._survey.find(index % len(self))
        inputs, targets = self._recent.get(at, self._block)
        x = inputs[place].clone()
        if targets is None:
            return x, x.clone()
        return x, targets[place].clone() if isinstance(targets, Tensor) else targets[place]

    def _block(self, at: int) -> tuple[tuple[Tensor, Any], int]:
        columns = self._survey.part(at).columns
        width = len(self.features)
        inputs = torch.from_numpy(np.stack(columns[:width], 1)).float()
        targets: Any = None
        if self._target is not None:
            targets = columns[-1]
            if self._target.classes:
                targets = [self._numbers[text] for text in targets]
            elif self._whole:
                targets = [int(number) for number in targets]
            else:
                targets = torch.from_numpy(targets).float()[:, None]
        return (inputs, targets), inputs.nbytes + 16 * len(inputs)


@DATASETS.add("files")
def Table(
    path: str = "",
    target: str = "",
    inputs: tuple[str, ...] = (),
    target_as: As = "auto",
    missing: Missing = "error",
    header: Header = "auto",
    delimiter: str = "",
    encoding: str = "",
) -> TableSamples:
    """Numbers of a CSV, TSV or Parquet file of yours, a row a sample: the columns of numbers go in,
    the target is a class if it is a text or a whole number. Without a target it is the input.
    """
    rows = rows_of(path, encoding=encoding, delimiter=delimiter, header=header)
    return TableSamples(rows, inputs, target, missing=missing, target_as=target_as)


def _target(rows: Rows, place: int, target_as: As) -> Column:
    holds = rows.holds[place]
    if holds == "other" or (holds == "text" and target_as == "number"):
        raise DataError(
            N_("column “{name}” holds no numbers"),
            where=str(rows.file),
            mend=N_("choose another target"),
            name=rows.names[place],
        )
    classes = holds == "text" or target_as == "class"
    return Column(place, number=not classes, classes=classes)
