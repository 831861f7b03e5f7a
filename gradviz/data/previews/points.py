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
    groups = tuple(sorted({each.caption for each in samples}, key=_order))
    groups = groups if len(groups) <= GROUPS else ()
    group = {name: at for at, name in enumerate(groups)}
    coordinates = real(plain[:most])
    dots = tuple(
        Dot(sample, x, y, group.get(sample.caption, 0))
        for (x, y), sample in zip(coordinates.tolist(), samples, strict=False)
        if math.isfinite(x) and math.isfinite(y)
    )
    names = (axes[0], axes[1]) if len(axes) == 2 else ("x", "y")
    return Points(dots, groups, names, numbers_of(plain), max(0, len(plain) - most))


def _order(name: str) -> tuple[float, str]:
    """Numbers by their size, then names."""
    try:
        return float(name), ""
    except ValueError:
        return float("inf"), name
