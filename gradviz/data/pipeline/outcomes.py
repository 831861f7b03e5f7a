"""What became of each sample of a batch: its own loss, its prediction, labels that cannot be."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn

from gradviz.data.pipeline.steps import BatchSteps
from gradviz.errors import DataError
from gradviz.i18n import N_
from gradviz.trace.pipeline import Index


class Outcome(Struct, frozen=True):
    """A sample after forward. ``loss`` is None where the loss has no part of its own for it,
    ``prediction`` is the class with the largest score, None where there are no classes.
    """

    place: int
    index: Index
    loss: float | None
    prediction: int | None
    target: int | float | None


def outcomes(
    steps: BatchSteps, loss_fn: Callable[..., Any], output: Any, target: Any
) -> tuple[Outcome, ...]:
    """What became of each sample, in the order of the batch."""
    return outcomes_of(steps.indices, loss_fn, output, target)


def outcomes_of(
    indices: Sequence[Index], loss_fn: Callable[..., Any], output: Any, target: Any
) -> tuple[Outcome, ...]:
    """The same of a batch of which only the samples are known, by their indices."""
    losses = per_sample_losses(loss_fn, output, target)
    classes = isinstance(output, Tensor) and output.ndim == 2 and output.shape[1] > 1
    predicted = output.detach().argmax(1) if classes else None
    return tuple(
        Outcome(
            place,
            index,
            _at(losses, place),
            None if predicted is None else int(predicted[place]),
            _at(target, place),
        )
        for place, index in enumerate(indices)
    )


def per_sample_losses(loss_fn: Callable[..., Any], output: Any, target: Any) -> Tensor | None:
    """The loss of each sample (N,), by the loss itself with ``reduction="none"``: the mean over
    what else a sample has.

    None where the loss has no such reduction, or what it gives is not one part a sample.
    """
    single = _unreduced(loss_fn)
    if single is None or not isinstance(output, Tensor) or not output.ndim:
        return None
    with torch.no_grad():
        losses = single(output, target)
    if not isinstance(losses, Tensor) or not losses.ndim or len(losses) != len(output):
        return None
    return losses if losses.ndim == 1 else losses.flatten(1).mean(1)


def wrong_label(steps: BatchSteps, output: Any, target: Any, *, ignore: int = -100) -> (
    DataError | None
):  # fmt: skip
    """The first label that is no class of the output (N, C, …), as an error to raise; else None."""
    if not isinstance(output, Tensor) or not isinstance(target, Tensor) or output.ndim < 2:
        return None
    if target.is_floating_point() or target.shape != output.shape[:1] + output.shape[2:]:
        return None
    classes = output.shape[1]
    wrong = ((target < 0) | (target >= classes)) & (target != ignore)
    if not wrong.any():
        return None
    place = int(wrong.reshape(len(wrong), -1).any(1).nonzero()[0])
    label = int(target[place][wrong[place]].reshape(-1)[0])
    known = steps.indices
    return DataError(
        N_(
            "sample {index} (place {place} of batch {batch}) has the label {label}, but the model "
            "gives {classes} scores, for the classes 0 to {last}"
        ),
        where="target",
        mend=N_("number the classes from 0 on, or give the model an output for each"),
        rule="label",
        index=known[place] if place < len(known) else None,
        place=place,
        batch=steps.batch,
        path="",
        label=label,
        classes=classes,
        last=classes - 1,
    )


def _unreduced(loss_fn: Callable[..., Any]) -> Callable[..., Any] | None:
    """The same loss with ``reduction="none"``."""
    if isinstance(loss_fn, nn.Module):
        if not isinstance(getattr(loss_fn, "reduction", None), str):
            return None
        same = copy.copy(loss_fn)
        same.reduction = "none"  # type: ignore[assignment]
        return same
    try:
        takes = "reduction" in inspect.signature(loss_fn).parameters
    except (TypeError, ValueError):
        return None
    return (lambda output, target: loss_fn(output, target, reduction="none")) if takes else None


def _at(values: Any, place: int) -> int | float | None:
    """The number of one sample, if it has one number."""
    if not isinstance(values, Tensor) or values.ndim == 0 or place >= len(values):
        return None
    one = values[place]
    number: int | float | None = one.detach().item() if one.numel() == 1 else None
    return number
