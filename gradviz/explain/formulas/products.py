"""Ops that multiply and add up: linear, matrix products, convolution."""

from __future__ import annotations

import torch
from torch import Tensor

from gradviz.explain.formulas.case import Case, Formula, Worked
from gradviz.explain.formulas.sums import indices, products


def linear(case: Case) -> Worked | None:
    """A row of the input with a row of the weight."""
    x, weight, *bias = case.inputs
    if weight.ndim != 2 or not case.at:
        return None
    *row, column = case.at
    formula = f"Σₖ x{indices(*row, 'k')} · w{indices(column, 'k')}"
    plus = bias[0][column] if bias else None
    return products(
        formula + (f" + b{indices(column)}" if bias else ""),
        x[tuple(row)],
        weight[column],
        plus=plus,
    )


def matmul(case: Case) -> Worked | None:
    """A row of the first matrix with a column of the second; matrices may come in batches."""
    first, second = case.inputs
    left = first if first.ndim > 1 else first[None]
    right = second if second.ndim > 1 else second[:, None]
    at = list(case.at)
    if second.ndim == 1:
        at.append(0)
    if first.ndim == 1:
        at.insert(len(at) - 1, 0)
    *lead, row, column = at
    one, two = _batch(left, lead)[row], _batch(right, lead)[:, column]
    where = [case.at[: first.ndim - 1], case.at[len(case.at) - 1 :] if second.ndim > 1 else ()]
    formula = f"Σₖ a{indices(*where[0], 'k')} · b{indices(*lead, 'k', *where[1])}"
    return products(formula, one, two)


def addmm(case: Case) -> Worked | None:
    """A matrix product and what is added to it."""
    added, first, second = case.inputs
    row, column = case.at
    return products(
        f"Σₖ a{indices(row, 'k')} · b{indices('k', column)} + c{indices(row, column)}",
        first[row],
        second[:, column],
        plus=torch.broadcast_to(added, case.output.shape)[case.at],
    )


def conv2d(case: Case) -> Worked | None:
    """A filter with the window of the input that it lies on."""
    x, weight, *bias = case.inputs
    if x.ndim != case.output.ndim or weight.ndim != 4:
        return None
    channel, *corner = case.at[-3:]
    image = x[case.at[0]] if x.ndim == 4 else x
    padding = _pair(case.settings.get("padding", 0))
    step, spread = _pair(case.settings.get("stride", 1)), _pair(case.settings.get("dilation", 1))
    if padding is None or step is None or spread is None:
        return None
    share = weight.shape[1]
    group = channel // (weight.shape[0] // (image.shape[0] // share))
    window, filter_ = image[group * share : (group + 1) * share], weight[channel]
    for axis in (0, 1):
        start = corner[axis] * step[axis] - padding[axis]
        taps = [start + tap * spread[axis] for tap in range(weight.shape[axis + 2])]
        kept = [tap for tap, place in enumerate(taps) if 0 <= place < image.shape[axis + 1]]
        window = window.index_select(axis + 1, _index([taps[tap] for tap in kept], image))
        filter_ = filter_.index_select(axis + 1, _index(kept, image))
    formula = f"Σ window{indices(*case.at[:-3], *corner)} · w{indices(channel)}"
    plus = bias[0][channel] if bias else None
    return products(
        formula + (f" + b{indices(channel)}" if bias else ""), window, filter_, plus=plus
    )


def _batch(matrices: Tensor, lead: list[int]) -> Tensor:
    own = matrices.shape[:-2]
    places = lead[len(lead) - len(own) :]
    return matrices[tuple(0 if size == 1 else at for at, size in zip(places, own, strict=True))]


def _index(places: list[int], beside: Tensor) -> Tensor:
    return torch.tensor(places, dtype=torch.long, device=beside.device)


def _pair(setting: object) -> tuple[int, int] | None:
    match setting:
        case int():
            return setting, setting
        case (int() as high, int() as wide):
            return high, wide
    return None


FORMULAS = {
    "linear": Formula(linear),
    "matmul": Formula(matmul),
    "mm": Formula(matmul),
    "bmm": Formula(matmul),
    "addmm": Formula(addmm),
    "conv2d": Formula(conv2d),
}
