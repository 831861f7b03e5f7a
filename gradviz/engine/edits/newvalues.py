"""What an edit makes of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.whatcode import filled_cells, form, kept_cells

Edit: TypeAlias = GradEdit | ValueEdit


def new_value(edit: Edit, x: Tensor) -> Tensor:
    """The tensor as the edit makes it; `gradviz.spec.whatcode.EXPRESSIONS` says the same in code.

    Raises `UsageError` when values do not fit the shape.
    """
    try:
        result = _CHANGES[form(edit)](edit, x)
    except (RuntimeError, ValueError, TypeError) as error:
        raise unfit(edit, x, str(error)) from error
    if result.shape != x.shape:
        raise unfit(edit, x, str(list(result.shape)))
    return result


def unfit(edit: Edit, x: Tensor, reason: str) -> UsageError:
    """The error of an edit that cannot be made to a tensor of this shape."""
    return UsageError(
        N_("“{change}” does not fit a tensor of shape {shape} ({reason})"),
        where=edit.where,
        mend=N_("give values of that shape"),
        change=edit.what,
        shape=list(x.shape),
        reason=reason.partition("\n")[0],
    )


def _filled(edit: Edit, x: Tensor) -> Tensor:
    return torch.tensor(filled_cells(edit.value), dtype=x.dtype, device=x.device)


def _kept(edit: Edit, x: Tensor) -> Tensor:
    return torch.tensor(kept_cells(edit.value), device=x.device)


def _noisy(edit: Edit, x: Tensor) -> Tensor:
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(edit.seed)).to(x)
    scale: float = edit.value
    return x + scale * noise


_CHANGES: dict[str, Callable[[Edit, Tensor], Tensor]] = {
    "zero": lambda _edit, x: torch.zeros_like(x),
    "scale": lambda edit, x: x * edit.value,
    "clip_value": lambda edit, x: x.clamp(-edit.value, edit.value),
    "clip_norm": lambda edit, x: x * torch.clamp(edit.value / (x.norm() + 1e-6), max=1.0),
    "noise": _noisy,
    "sign": lambda _edit, x: x.sign(),
    "replace": lambda edit, x: torch.full_like(x, edit.value),
    "replace all": lambda edit, x: _filled(edit, x).expand_as(x).clone(),
    "replace some": lambda edit, x: torch.where(_kept(edit, x), x, _filled(edit, x)),
}
