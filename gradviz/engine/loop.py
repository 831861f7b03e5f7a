"""The training loop that a session runs: one iteration at a time, under a recorder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn, optim

from gradviz.engine.batch import map_tensors, named_tensors, split
from gradviz.engine.recorder import Recorder
from gradviz.errors import BuildError, UsageError
from gradviz.i18n import N_
from gradviz.spec.project import LOOP, LoopStep
from gradviz.trace.events import BatchFetched


class Batch(Struct, frozen=True):
    """What the loader gave: the model's inputs, and the target for the loss."""

    inputs: tuple[Any, ...]
    target: Any


class Loop:
    """Model, loss, optimizer and loader, and the four steps over them.

    ``loss_fn`` takes the model's output and the target. The loader yields ``(input, target)``, or
    tuples whose last part is the target; at its end it begins again.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: Callable[[Any, Any], Tensor],
        optimizer: optim.Optimizer,
        loader: Iterable[Any],
        *,
        order: Sequence[LoopStep] = LOOP,
        accumulate: int = 1,
    ) -> None:
        _check(order)
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.loader = loader
        self.order = tuple(order)
        self.accumulate = accumulate
        self._batches: Iterator[Any] = iter(())
        parameter = next(model.parameters(), None)
        self._device = torch.device("cpu") if parameter is None else parameter.device

    def fetch(self) -> Batch:
        """The next batch, on the model's device. Raises `BuildError`; a dataset may raise more."""
        try:
            batch = next(self._batches)
        except StopIteration:
            self._batches = iter(self.loader)
            try:
                batch = next(self._batches)
            except StopIteration:
                raise BuildError(
                    N_("the loader has no batch at all"),
                    where="loader",
                    mend=N_("give it at least one sample, and no drop_last that drops it"),
                ) from None
        return Batch(*split(map_tensors(batch, lambda tensor: tensor.to(self._device))))

    def iterate(self, recorder: Recorder, batch: Batch) -> None:
        """One iteration on this batch; what raises passes through."""
        tensors = named_tensors({"input": batch.inputs, "target": batch.target})
        with recorder.unseen(), recorder.inside("data"):
            values = {name: recorder.keep(value) for name, value in tensors}
            recorder.write(BatchFetched, values=values)
        output = loss = None
        for step in self.order:
            match step:
                case "zero_grad" if recorder.iteration % self.accumulate == 0:
                    self.optimizer.zero_grad()
                case "forward":
                    output = self.model(*batch.inputs)
                case "loss":
                    loss = self.loss_fn(output, batch.target)
                case "backward":
                    assert loss is not None
                    loss.backward()  # type: ignore[no-untyped-call]
                case "step" if (recorder.iteration + 1) % self.accumulate == 0:
                    self.optimizer.step()


def _check(order: Sequence[LoopStep]) -> None:
    needs = {"loss": "forward", "backward": "loss"}
    for place, step in enumerate(order):
        if step in needs and needs[step] not in order[:place]:
            raise UsageError(
                N_("“{step}” needs “{before}” before it"),
                where="order",
                mend=N_("put it there; zero_grad, backward and step may be left out or repeated"),
                step=step,
                before=needs[step],
            )
