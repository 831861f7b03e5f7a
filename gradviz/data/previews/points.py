"""Two numbers a sample: points in the plane."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from gradviz.data.previews.kinds import Dot, Points, Sample
from gradviz.data.previews.numbers import dense, numbers_of, real

MOST = 2000
GROUPS = 20
"""Classes that can be told apart; of more, none is."""


def points(
    values: Tensor, samples: Sequence[Sample], axes: Sequence[str] = (), *, most: int = MOST
) -> Points:
    """The points of (N, 2); what is NaN or infinite is counted, not drawn."""
    plain = dense(values)
    groups, group = _groups(samples)
    coordinates = real(plain[:most])
    dots = tuple(
        Dot(sample, x, y, group.get(sample.caption, 0))
        for (x, y), sample in zip(coordinates.tolist(), samples, strict=False)
        if math.isfinite(x) and math.isfinite(y)
    )
    names = (axes[0], axes[1]) if len(axes) == 2 else ("x", "y")
    return Points(dots, groups, names, numbers_of(plain), max(0, len(plain) - most))


def _groups(samples: Sequence[Sample]) -> tuple[tuple[str, ...], dict[str, int]]:
    """The names of the classes by their numbers, and the numbers by their names; the same numbers
    in each batch, if the samples have them.
    """
    known = {each.caption: each.group for each in samples}
    numbers = {name: group for name, group in known.items() if group is not None}
    if len(numbers) < len(known) or max(numbers.values(), default=0) >= GROUPS:
        numbers = {name: at for at, name in enumerate(sorted(known, key=_order))}
    count = max(numbers.values(), default=-1) + 1
    if count > GROUPS:
        return (), {}
    names = {number: name for name, number in numbers.items()}
    return tuple(names.get(number, "") for number in range(count)), numbers


def _order(name: str) -> tuple[float, str]:
    """Numbers by their size, then names."""
    try:
        return float(name), ""
    except ValueError:
        return float("inf"), name
