"""Sums over batches: the loss, and how many answers are right."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import Tensor

from gradviz.engine.fitting.answers import answers
from gradviz.engine.loop.batch import named_tensors
from gradviz.engine.loop.loop import Batch, Loop, Outcome


class Tally:
    """What the batches so far have come to. ``losses`` are those of the batches, as they were."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._weighted = 0.0
        self._weights = 0
        self._right = 0
        self._choosing = True
        self._classes: Counter[int] = Counter()
        self.batches = 0
        self.samples = 0
        self.judged = 0
        self.losses: list[float] = []

    def add(self, batch: Batch, outcome: Outcome) -> None:
        """One more batch, and what came of it."""
        size = _size(batch)
        self.batches += 1
        self.samples += size
        loss = outcome.loss
        if isinstance(loss, Tensor) and loss.numel() == 1:
            self.losses.append(loss.item())
            self._weighted += self.losses[-1] * size
            self._weights += size
        if outcome.output is not None and self._choosing:
            self._judge(self._loop.judged(outcome.output), batch.target)

    @property
    def loss(self) -> float | None:
        """The mean over the batches, weighted by their size."""
        return self._weighted / self._weights if self._weights else None

    @property
    def accuracy(self) -> float | None:
        """The share of right answers."""
        return self._right / self.judged if self.judged else None

    @property
    def commonest(self) -> float | None:
        """The share of the commonest class among the true ones."""
        return max(self._classes.values()) / self.judged if self.judged else None

    def _judge(self, output: Any, target: Any) -> None:
        found = answers(output, target, self._loop.loss_fn)
        if found is None:  # what holds for one batch holds for all
            self._choosing, self.judged, self._right = False, 0, 0
            return
        self.judged += found.right.numel()
        self._right += int((found.chosen == found.right).sum())
        classes, counts = torch.unique(found.right, return_counts=True)
        self._classes.update(dict(zip(classes.tolist(), counts.tolist(), strict=True)))


def _size(batch: Batch) -> int:
    """How many samples a batch has: along the first axis of the target, or of the first input."""
    tensors = named_tensors({"target": batch.target, "input": batch.inputs})
    return next((len(tensor) for _, tensor in tensors if tensor.dim()), 1)
