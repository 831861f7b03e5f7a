"""The training loop that a session runs: one iteration at a time, under a recorder."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler

from gradviz.arguments import whole
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import Pipeline
from gradviz.engine.given import check_loop, check_steps
from gradviz.engine.loop.batch import PAIRS, Keys, mapped, named_tensors, split
from gradviz.engine.loop.wanted import numbers_wanted
from gradviz.engine.loop.watcher import Unwatched, Watcher
from gradviz.engine.record.recorder import Recorder
from gradviz.errors import DataError, UsageError
from gradviz.i18n import N_
from gradviz.spec.project import LOOP, LoopStep
from gradviz.trace.events import BatchFetched

_END = object()


class Batch(Struct, frozen=True):
    """What the loader gave: the model's inputs, and the target for the loss; ``steps`` is how it
    came to be, where the loader is a `Pipeline` and this is not a replay.
    """

    inputs: tuple[Any, ...]
    target: Any
    steps: BatchSteps | None = None


class Outcome(Struct, frozen=True):
    """What an iteration computed last: the model's output and the loss; None for what it has no
    step for.
    """

    output: Any
    loss: Any


class Loop:
    """Model, loss, optimizer, scheduler and loader, and the steps over them.

    ``loss_fn`` takes the model's output and the target, or with ``first`` the first of several
    outputs. The loader yields ``(input, target)``, tuples whose last part is the target, or
    dicts of which ``keys`` says what is what; at its end it begins again.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: Callable[[Any, Any], Tensor],
        optimizer: optim.Optimizer,
        loader: Iterable[Any],
        *,
        scheduler: LRScheduler | None = None,
        order: Sequence[LoopStep] = LOOP,
        accumulate: int = 1,
        first: bool = False,
        keys: Keys = PAIRS,
    ) -> None:
        check_loop(model, loss_fn, optimizer, loader, scheduler=scheduler)
        check_steps(order)
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.loader = loader
        self.order = tuple(order)
        self.first = first
        self.keys = keys
        self.accumulate = whole(accumulate, where="accumulate", least=1)
        self.wants_closure = "closure" in _needed(optimizer.step)
        self.wants_loss = scheduler is not None and bool(_needed(scheduler.step))
        self._batches: Iterator[Any] = iter(())
        parameter = next(model.parameters(), None)
        self._device = torch.device("cpu") if parameter is None else parameter.device
        _check(self)

    @property
    def parts(self) -> list[object]:
        """Everything that an iteration reads or changes, but for the batch."""
        return [self.model, self.loss_fn, self.optimizer, self.scheduler]

    def fetch(self) -> Batch:
        """The next batch, on the model's device. Raises `DataError`; a dataset may raise more."""
        return self._rest() or self._first()

    def epoch(self) -> Iterator[Batch]:
        """The batches of an epoch, from its first; the same that `fetch` gives, one by one."""
        batch: Batch | None = self._first()
        while batch is not None:
            yield batch
            batch = self._rest()

    def prepared(self, batch: Any, loader: Iterable[Any]) -> Batch:
        """What a loader gave, on the model's device, and taken apart."""
        moved = mapped(batch, Tensor, lambda tensor: tensor.to(self._device))
        steps = loader.batch if isinstance(loader, Pipeline) else None
        if steps is not None and moved is not batch:
            steps.moved(str(self._device), moved)
        return Batch(*split(moved, self.keys), steps)

    def iterate(self, recorder: Recorder, batch: Batch) -> Outcome:
        """One iteration on this batch, recorded; what raises passes through."""
        tensors = named_tensors({"input": batch.inputs, "target": batch.target})
        with recorder.unseen(), recorder.inside("data"):
            values = {name: recorder.keep(value) for name, value in tensors}
            recorder.write(BatchFetched, values=values)
        return self.run(recorder, batch)

    def run(self, watcher: Watcher, batch: Batch) -> Outcome:
        """The same, with whoever watches."""
        return _Iteration(self, watcher, batch).run()

    def forward(self, batch: Batch) -> Outcome:
        """What the model and the loss make of a batch, and nothing else."""
        return _Iteration(self, Unwatched(0), batch).forward()

    def judged(self, output: Any) -> Any:
        """What the loss takes of the model's output."""
        return output[0] if self.first else output

    def _first(self) -> Batch:
        """The first batch of the next epoch."""
        self._batches = iter(self.loader)
        batch = self._rest()
        if batch is None:
            raise self._ended()
        return batch

    def _rest(self) -> Batch | None:
        """The next batch of the epoch under way; None at its end."""
        batch = next(self._batches, _END)
        return None if batch is _END else self.prepared(batch, self.loader)

    def _ended(self) -> DataError:
        if iter(self.loader) is self.loader:
            return DataError(
                N_("the loader is at its end, and an iterator cannot begin again"),
                where="loader",
                mend=N_("give a DataLoader or a list, not the generator or iterator of one"),
            )
        return DataError(
            N_("the loader has no batch at all"),
            where="loader",
            mend=N_("give it at least one sample, and no drop_last that drops it"),
        )


class _Iteration:
    """The steps of one iteration, on its batch."""

    def __init__(self, loop: Loop, watcher: Watcher, batch: Batch) -> None:
        self._loop = loop
        self._watcher = watcher
        self._batch = batch
        self._output: Any = None
        self._loss: Any = None

    def run(self) -> Outcome:
        """All steps in their order; those before a step that wants a closure are the closure."""
        loop = self._loop
        due = (self._watcher.iteration + 1) % loop.accumulate == 0
        waiting: list[LoopStep] = []
        for step in loop.order:
            if step == "step":
                if due:
                    self._step(waiting)
                waiting = []
            elif due and loop.wants_closure and "step" in loop.order:
                waiting.append(step)
            else:
                self._do(step)
        for step in waiting:
            self._do(step)
        return Outcome(self._output, self._loss)

    def forward(self) -> Outcome:
        """The steps that change nothing."""
        self._do("forward")
        self._do("loss")
        return Outcome(self._output, self._loss)

    def _do(self, step: LoopStep) -> None:
        loop, watcher = self._loop, self._watcher
        match step:
            case "zero_grad" if watcher.iteration % loop.accumulate == 0:
                loop.optimizer.zero_grad()
            case "forward":
                with watcher.within("forward"), numbers_wanted(self._batch.inputs):
                    self._output = loop.model(*self._batch.inputs)
            case "loss":
                with watcher.within("loss"):
                    self._loss = loop.loss_fn(loop.judged(self._output), self._batch.target)
            case "backward":
                self._loss.backward()

    def _step(self, closure: list[LoopStep]) -> None:
        loop = self._loop
        if loop.wants_closure:
            loop.optimizer.step(partial(self._all, closure))
        else:
            loop.optimizer.step()
        if loop.scheduler is not None:
            with self._watcher.within("step"):
                loop.scheduler.step(*self._metric())  # type: ignore[arg-type]

    def _all(self, steps: list[LoopStep]) -> Any:
        for step in steps:
            self._do(step)
        return self._loss

    def _metric(self) -> tuple[float, ...]:
        if not self._loop.wants_loss:
            return ()
        with self._watcher.unseen():
            return (self._loss.item(),)


def _needed(function: Callable[..., Any]) -> set[str]:
    """The arguments that a method cannot do without."""
    named = inspect.signature(function).parameters
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        name
        for name, parameter in named.items()
        if parameter.default is parameter.empty and parameter.kind not in variable
    } - {"self"}  # a scheduler wraps the optimizer's step, and the wrapper has one


def _check(loop: Loop) -> None:
    """Raise `UsageError` for an order that cannot be, or parts that are not each other's."""
    needs = {"loss": "forward", "backward": "loss"}
    if loop.wants_loss:
        needs["step"] = "loss"
    for place, step in enumerate(loop.order):
        if step in needs and needs[step] not in loop.order[:place]:
            raise UsageError(
                N_("“{step}” needs “{before}” before it"),
                where="order",
                mend=N_("put it there; zero_grad, backward and step may be left out or repeated"),
                step=step,
                before=needs[step],
            )
    if loop.scheduler is not None and loop.scheduler.optimizer is not loop.optimizer:
        raise UsageError(
            N_("the scheduler belongs to another optimizer"),
            where="scheduler",
            mend=N_("make it with the optimizer that the session is given"),
        )
