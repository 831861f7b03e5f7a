"""What training over epochs has come to: numbers an epoch, as plain data."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from msgspec import Struct

Ending: TypeAlias = Literal["", "interrupted", "nan", "failed"]
"""What ended a training before its last epoch; nothing did if it is empty."""


class Epoch(Struct, frozen=True):
    """One pass over the training samples, numbered from 1.

    ``iterations`` counts all up to its end. A loss is the mean over batches, each weighted by its
    size: that of training as it was while the parameters still changed, that of validation with
    those at the epoch's end. An accuracy is the share that is right; None where the model does not
    choose classes, or nothing was validated. An epoch that was broken off is not ``whole``.
    """

    epoch: int
    iterations: int
    train_loss: float | None
    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    whole: bool = True


class History(Struct, frozen=True):
    """The epochs, and the ``losses`` of all iterations in their order.

    ``samples`` are validated after each epoch, and ``judged`` how many answers are right or wrong
    in them: more where a sample has several, such as one a pixel. ``guessing`` is the accuracy of
    whoever always says the commonest class. ``ended`` is why there are no more epochs.
    """

    epochs: tuple[Epoch, ...] = ()
    losses: tuple[float, ...] = ()
    samples: int = 0
    judged: int = 0
    guessing: float | None = None
    ended: Ending = ""

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest loss in validation; None without one."""
        known = [
            (each.validation_loss, each)
            for each in self.epochs
            if each.validation_loss is not None and math.isfinite(each.validation_loss)
        ]
        return min(known, key=lambda pair: pair[0])[1] if known else None

    @property
    def last(self) -> Epoch | None:
        """The last epoch that was validated, else the last of all."""
        validated = [each for each in self.epochs if each.validation_loss is not None]
        return next(reversed(validated or self.epochs), None)

    @property
    def diverged(self) -> int | None:
        """The first iteration whose loss is NaN."""
        return next((i for i, loss in enumerate(self.losses) if math.isnan(loss)), None)
