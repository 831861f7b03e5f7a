"""Rows of numbers: features under their names, and a number for each sample."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gradviz.data.previews.kinds import Numbers, Sample, Scalar, Scalars, Table, TableRow
from gradviz.data.previews.numbers import dense, levels_of, number_text, numbers_of, real

ROWS = 24
COLUMNS = 16
MOST = 64


def table(
    values: Tensor, samples: Sequence[Sample], heads: Sequence[str] = (), *, most: int = ROWS
) -> Table:
    """The rows of (N, F). Columns without a name are numbered. The levels say how large a number
    is, its column's largest magnitude being the scale.
    """
    plain = dense(values)
    count = plain.shape[1]
    names = [heads[place] if place < len(heads) else str(place) for place in range(count)]
    shown = plain[:most, :COLUMNS]
    levels = _column_levels(plain, shown)
    rows = tuple(
        TableRow(sample, tuple(map(number_text, row.tolist())), shades)
        for row, sample, shades in zip(shown, samples, levels, strict=False)
    )
    more_columns, more = max(0, count - COLUMNS), max(0, len(plain) - most)
    return Table(tuple(names[:COLUMNS]), rows, numbers_of(plain), more_columns, more)


def _column_levels(values: Tensor, shown: Tensor) -> list[bytes]:
    numbers = real(values[:, :COLUMNS])
    finite = torch.where(numbers.isfinite(), numbers, 0.0)
    scale = finite.abs().amax(dim=0) if len(finite) else finite.sum(dim=0)
    part = real(shown) / torch.where(scale > 0, scale, 1.0)
    return [levels_of(row, 1.0) for row in part]


def scalars(
    values: Tensor | Sequence[complex],
    samples: Sequence[Sample],
    classes: Sequence[str] = (),
    *,
    most: int = MOST,
) -> Scalars:
    """The number of each sample of (N,), and the class that it stands for."""
    numbers: Numbers | None = None
    if isinstance(values, Tensor):
        plain = dense(values)
        numbers = numbers_of(plain)
        values = plain.reshape(-1).tolist()
    made = tuple(
        Scalar(sample, number_text(value), _class_of(value, classes))
        for value, sample in zip(values[:most], samples, strict=False)
    )
    return Scalars(made, numbers, max(0, len(values) - most))


def _class_of(value: complex, classes: Sequence[str]) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(classes):
        return classes[value]
    return ""
