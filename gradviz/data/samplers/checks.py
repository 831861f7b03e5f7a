"""Settings of samplers that do not fit the samples, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.errors import DataError
from gradviz.i18n import N_

WHERE = "$.data.sampler"


def check_weights(
    weights: str | Sequence[float], labels: Sequence[int], *, count: int | None, replacement: bool
) -> None:
    """Raise `DataError` unless there is a weight for each class, and something to draw."""
    classes = max(labels, default=-1) + 1
    if not isinstance(weights, str) and len(weights) < classes:
        mend = N_("give a weight for each of the classes 0 to {last}")
        if len(weights) == len(labels):
            mend = N_("the weights are those of classes, not of samples: one for each of {classes}")
        raise DataError(
            N_("there are {count} weights and {classes} classes"),
            where=f"{WHERE}.settings.weights",
            mend=mend,
            count=len(weights),
            classes=classes,
            last=classes - 1,
        )
    drawn = len(labels)
    if not isinstance(weights, str):
        drawn = sum(weights[label] > 0 for label in labels)
    if not drawn:
        raise DataError(
            N_("all samples have the weight 0, so none can be drawn"),
            where=f"{WHERE}.settings.weights",
            mend=N_("give a weight above 0 to a class that there is"),
        )
    if not replacement and (count or len(labels)) > drawn:
        raise DataError(
            N_("{count} samples cannot be drawn from {there} without replacement"),
            where=f"{WHERE}.settings",
            mend=N_("set count to {there} or less, or replacement to true"),
            count=count or len(labels),
            there=drawn,
        )


def check_indices(indices: Sequence[int], samples: Any) -> None:
    """Raise `DataError` for an index that no sample has."""
    for index in indices:
        if index >= len(samples):
            raise DataError(
                N_("there is no sample {index}: there are {count}, from 0 to {last}"),
                where=f"{WHERE}.settings.indices",
                mend=N_("take indices of the samples for training, which a split makes fewer"),
                index=index,
                count=len(samples),
                last=len(samples) - 1,
            )
