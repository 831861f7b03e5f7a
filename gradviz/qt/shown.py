"""A tensor made ready for the eye: everything that its view paints, worked out beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.qt import heatmap
from gradviz.trace.summary import Summary, summarize

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

FEW = 8
"""Rows and columns of numbers that are shown at most."""
FEW_OF_VECTOR = 16
"""Elements of a vector that are shown at most; they may stand in several lines."""

Form: TypeAlias = Literal["tensor", "none", "lost"]


class Cell(Struct, frozen=True):
    """One number: its text, its exact text, the level of its colour."""

    text: str
    exact: str
    level: int


class Shown(Struct, frozen=True, kw_only=True):
    """A tensor under a label. Of one that is None or lost, ``why`` tells the reason.

    ``page`` are the levels of its heatmap, ``scale`` the value of the outermost colours. ``cells``
    are its first numbers; ``where`` says of what slice, ``more_*`` that there are others.
    """

    label: str
    note: str = ""
    form: Form = "tensor"
    why: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    summary: Summary | None = None
    scale: float = 0.0
    page: Any = None
    cells: tuple[tuple[Cell, ...], ...] = ()
    where: str = ""
    more_rows: bool = False
    more_columns: bool = False

    @property
    def scalar(self) -> bool:
        """Whether there is just one number to show."""
        return self.form == "tensor" and self.shape in ((), (1,))

    @property
    def whole(self) -> bool:
        """Whether ``cells`` are all the numbers that there are."""
        return not (self.where or self.more_rows or self.more_columns)


def shown(
    label: str, value: Callable[[], Tensor | None] | None, *, why: str = "", note: str = ""
) -> Shown:
    """Look at a value: a function that gives it, or raises `TraceError` if it was dropped."""
    try:
        tensor = None if value is None else value()
    except TraceError as error:
        return Shown(label=label, note=note, form="lost", why=str(error))
    if tensor is None:
        return Shown(label=label, note=note, form="none", why=why)
    summary = summarize(tensor)
    scale = _scale(tensor, summary)
    page = heatmap.levels(tensor, scale) if tensor.numel() else None
    first, where = _first(tensor)
    columns = FEW_OF_VECTOR if len(first) == 1 else FEW
    return Shown(
        label=label,
        note=note,
        shape=tuple(tensor.shape),
        dtype=str(tensor.dtype).removeprefix("torch."),
        summary=summary,
        scale=scale,
        page=page,
        cells=_cells(first[:FEW, :columns], scale),
        where=where,
        more_rows=first.shape[0] > FEW,
        more_columns=first.shape[1] > columns,
    )


def statistics(shown: Shown) -> list[tuple[str, str]]:
    """Names and texts of the summary's numbers."""
    told = shown.summary
    if told is None or shown.scalar:
        return []
    return [
        (_("norm"), number(told.norm)),
        (_("mean"), number(told.mean)),
        (_("std"), number(told.std)),
        (_("min"), number(told.min)),
        (_("max"), number(told.max)),
        (_("zeros"), str(told.zeros)),
        (_("NaN/Inf"), str(told.bad)),
    ]


def _scale(tensor: Tensor, summary: Summary) -> float:
    if summary.bad or summary.min is None or summary.max is None:
        return heatmap.scale_of(tensor)
    return max(abs(summary.min), abs(summary.max))


def _first(tensor: Tensor) -> tuple[Tensor, str]:
    """The first matrix in a tensor, and which one it is."""
    if tensor.ndim < 2:
        return tensor.reshape(1, -1), ""
    leading = tensor.ndim - 2
    matrix = tensor[(0,) * leading] if tensor.numel() else tensor.reshape(0, 0)
    alone = all(size == 1 for size in tensor.shape[:leading])
    return matrix, "" if alone else f"[{'0, ' * leading}:, :]"


def _cells(matrix: Tensor, scale: float) -> tuple[tuple[Cell, ...], ...]:
    if not matrix.numel():
        return ()
    page: np.ndarray = heatmap.levels(matrix, scale)
    return tuple(
        tuple(
            Cell(_short(value), repr(value), int(level))
            for value, level in zip(line, tones, strict=True)
        )
        for line, tones in zip(matrix.tolist(), page.tolist(), strict=True)
    )


def _short(value: float | complex | bool) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, complex):
        return f"{number(value.real)}{value.imag:+.2g}j"
    return number(value).replace("-", "−")
