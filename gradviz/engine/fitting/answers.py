"""Which answers of a model are right, where it has to choose."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

_WHOLE = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}


class Answers(NamedTuple):
    """What was chosen, and what is right, as class numbers of one shape."""

    chosen: Tensor
    right: Tensor


def answers(output: Any, target: Any, loss_fn: object) -> Answers | None:
    """The classes that a batch of outputs chooses, and the true ones; None for an output that
    chooses none.

    A model chooses by a score for each class, (N, C) or (N, C, …), where the targets are class
    numbers, (N) or (N, …); or with one logit an answer and targets of 0 and 1, for the losses of
    that form. Targets that the loss ignores are left out.
    """
    if not isinstance(output, Tensor) or not isinstance(target, Tensor):
        return None
    if _are_scores(output, target):
        chosen = output.argmax(dim=1)
        ignored = getattr(loss_fn, "ignore_index", None)
        if ignored is None:
            return Answers(chosen, target)
        counted = target != ignored
        return Answers(chosen[counted], target[counted])
    if isinstance(loss_fn, nn.BCEWithLogitsLoss | nn.BCELoss) and output.shape == target.shape:
        if not ((target == 0) | (target == 1)).all():
            return None
        bound = 0.0 if isinstance(loss_fn, nn.BCEWithLogitsLoss) else 0.5
        return Answers((output > bound).long(), target.long())
    return None


def _are_scores(output: Tensor, target: Tensor) -> bool:
    if target.dtype not in _WHOLE or not output.is_floating_point() or output.dim() < 2:
        return False
    return output.shape[1] >= 2 and target.shape == (output.shape[0], *output.shape[2:])
