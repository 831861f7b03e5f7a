"""A session: a training loop under the recorder, and a cursor that walks over what it recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn, optim

from gradviz.engine.batch import map_tensors, named_tensors, split
from gradviz.engine.record import recording
from gradviz.engine.seed import seeded
from gradviz.errors import BuildError, GradvizError
from gradviz.i18n import N_
from gradviz.spec.project import Project
from gradviz.trace import travel
from gradviz.trace.events import AnyEvent, BatchFetched
from gradviz.trace.trace import State, Trace


class Session:
    """Drives ``batch ▸ zero_grad ▸ forward ▸ loss ▸ backward ▸ step``, an iteration at a time.

    An iteration runs whole, at full speed; the cursor then moves over its events. Stepping past the
    last event runs the next iteration. ``loss_fn`` takes the model's output and the batch's target.
    The loader yields ``(input, target)`` pairs, or tuples whose last part is the target.
    The seed rules everything random inside the loop; torch's global generator is left alone.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: Callable[[Any, Any], Tensor],
        optimizer: optim.Optimizer,
        loader: Iterable[Any],
        *,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.loader = loader
        self.seed = seed
        self.trace = Trace()
        self.index = -1
        self.iterations = 0
        self.error: Exception | None = None
        self._batches: Iterator[Any] = iter(())
        parameter = next(model.parameters(), None)
        self._device = torch.device("cpu") if parameter is None else parameter.device

    @classmethod
    def from_project(cls, project: Project) -> Session:
        """Build everything that the project names, on a GPU if there is one.

        Raises `BuildError` or `DataError`.
        """
        from gradviz.data.loading import build_loader
        from gradviz.engine.build import build, build_loss, build_optimizer

        training = project.training
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model = build(project).to(device)
        return cls(
            model,
            build_loss(training),
            build_optimizer(training, model),
            build_loader(project.data, seed=training.seed),
            seed=training.seed,
        )

    @property
    def event(self) -> AnyEvent | None:
        """The event under the cursor; None before the first."""
        return self.trace.events[self.index] if self.index >= 0 else None

    @property
    def state(self) -> State:
        """Everything as it was after the event under the cursor."""
        return self.trace.at(self.index)

    def run_iteration(self) -> bool:
        """Run and record the next iteration; the cursor stays. False if torch raised.

        What raised is a `Failed` event at the trace's end and stays in ``error``; the session can
        go on with the next batch. A batch that is of no use raises `GradvizError`.
        """
        self.error = None
        number, self.iterations = self.iterations, self.iterations + 1
        try:
            with (
                seeded(self.seed + number),
                recording(
                    self.trace, model=self.model, optimizer=self.optimizer, iteration=number
                ) as recorder,
            ):
                with recorder.unseen(), recorder.inside("data"):
                    inputs, target = self._fetch()
                    batch = {"input": inputs, "target": target}
                    values = {name: recorder.keep(value) for name, value in named_tensors(batch)}
                    recorder.write(BatchFetched, values=values)
                self._iterate(inputs, target)
        except GradvizError:
            self.iterations = number
            raise
        except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
            self.error = error
        return self.error is None

    def step(self) -> AnyEvent | None:
        """Go to the next event, running the next iteration if this was the last."""
        return self._go(lambda: self.index + 1)

    def back(self) -> AnyEvent | None:
        """Go to the event before; nothing is computed. At the start it stays."""
        self.index = max(-1, self.index - 1)
        return self.event

    def step_over(self) -> AnyEvent | None:
        """Go on until the module call, or the parameter's turn, is over."""
        return self._go(lambda: travel.over(self.trace, self.index))

    def step_phase(self) -> AnyEvent | None:
        """Go to the last event of this phase, or of the next one if this was the last."""
        return self._go(lambda: travel.phase_end(self.trace, self.index))

    def step_iteration(self) -> AnyEvent | None:
        """Go to the last event of this iteration, or of the next one if this was the last."""
        return self._go(lambda: travel.iteration_end(self.trace, self.index))

    def goto(self, *, iteration: int | None = None, event: int | None = None) -> AnyEvent | None:
        """Go to an event: a number in the whole trace, or in ``iteration`` if that is given.

        Iterations that were not reached yet are run. Raises `TraceError` for an event that is not
        there.
        """
        while iteration is not None and self.iterations <= iteration and self.run_iteration():
            pass
        self.index = travel.place(self.trace, iteration=iteration, event=event)
        return self.event

    def _go(self, target: Callable[[], int]) -> AnyEvent | None:
        if self.index == len(self.trace.events) - 1:
            self.run_iteration()
        self.index = min(target(), len(self.trace.events) - 1)
        return self.event

    def _iterate(self, inputs: tuple[Any, ...], target: Any) -> None:
        self.optimizer.zero_grad()
        output = self.model(*inputs)
        loss = self.loss_fn(output, target)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    def _fetch(self) -> tuple[tuple[Any, ...], Any]:
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
        inputs, target = split(map_tensors(batch, lambda tensor: tensor.to(self._device)))
        return inputs, target
