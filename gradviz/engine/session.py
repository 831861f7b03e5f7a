"""A session: a training loop under the recorder, and a cursor that walks over what it recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim

from gradviz.engine.checkpoint import Checkpoint
from gradviz.engine.edits import Edit, apply_values, completed, hooked
from gradviz.engine.loop import Loop
from gradviz.engine.reasons import Stop
from gradviz.engine.record import recording
from gradviz.engine.running import Breakpoints, run
from gradviz.engine.seed import RandomStream, random_state
from gradviz.errors import GradvizError
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.project import LOOP, LoopStep, Project
from gradviz.trace import travel
from gradviz.trace.compare import Comparison, compare, first_difference
from gradviz.trace.events import AnyEvent
from gradviz.trace.trace import State, Trace


class _Iteration(NamedTuple):
    """Where an iteration begins: in the trace, in the numbering of nodes, and in what it did."""

    event: int
    node: int
    checkpoint: Checkpoint


class _Present(NamedTuple):
    """Everything that a replay puts at risk."""

    edits: tuple[Edit, ...]
    trace: Trace
    begun: list[_Iteration]
    cursor: int
    error: Exception | None
    checkpoint: Checkpoint


class Session:
    """Drives ``batch ▸ zero_grad ▸ forward ▸ loss ▸ backward ▸ step``, an iteration at a time.

    An iteration runs whole, at full speed; the cursor then moves over its events. Stepping past the
    last event runs the next iteration. ``loss_fn`` takes the model's output and the batch's target.
    The loader yields ``(input, target)`` pairs, or tuples whose last part is the target.

    ``order`` says what an iteration does, and ``accumulate`` how many iterations share a step; what
    PyTorch makes of an odd order is what is recorded, its error included.

    The loop draws the random numbers of a program that began with ``torch.manual_seed(seed)``;
    torch's global generators are left alone.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: Callable[[Any, Any], Tensor],
        optimizer: optim.Optimizer,
        loader: Iterable[Any],
        *,
        seed: int = 0,
        order: Sequence[LoopStep] = LOOP,
        accumulate: int = 1,
    ) -> None:
        self.loop = Loop(model, loss_fn, optimizer, loader, order=order, accumulate=accumulate)
        self.seed = seed
        self.trace = Trace()
        self.index = -1
        self.error: Exception | None = None
        self.edits: tuple[Edit, ...] = ()
        self.breakpoints = Breakpoints()
        self._random = RandomStream(seed)
        self._begun: list[_Iteration] = []

    @classmethod
    def from_project(cls, project: Project) -> Session:
        """Build everything that the project names, on a GPU if there is one.

        Raises `BuildError` or `DataError`.
        """
        from gradviz.data.loading import build_loader
        from gradviz.engine.build import build, build_loss, build_optimizer

        training = project.training
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model = build(project).to(device).train(not training.evaluate)
        return cls(
            model,
            build_loss(training),
            build_optimizer(training, model),
            build_loader(project.data, seed=training.seed),
            seed=training.seed,
            order=training.order,
            accumulate=training.accumulate,
        )

    @property
    def model(self) -> nn.Module:
        """The live module; views show `state` instead, which is that of the cursor."""
        return self.loop.model

    @property
    def loader(self) -> Iterable[Any]:
        """What the batches come from."""
        return self.loop.loader

    @property
    def iterations(self) -> int:
        """How many iterations were run."""
        return len(self._begun)

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
        checkpoint = self._checkpoint()
        self._begin(checkpoint)
        return self._record(checkpoint)

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

    def run(self, until: Breakpoint | str | None = None, *, iterations: int | None = None) -> Stop:
        """Go to the next event that hits a breakpoint, or one of `breakpoints`, and say why.

        ``until`` may be a condition: ``grad_norm > 100``. As many iterations are run as it takes,
        up to ``iterations`` more, or 1,000; without a hit it stops at the end. A failed iteration
        stops too. Raises `UsageError` for what can never be hit, and stays where it is.
        """
        return run(self, until, iterations=iterations)

    def goto(self, *, iteration: int | None = None, event: int | None = None) -> AnyEvent | None:
        """Go to an event: a number in the whole trace, or in ``iteration`` if that is given.

        Iterations that were not reached yet are run. Raises `TraceError` for an event that is not
        there.
        """
        while iteration is not None and self.iterations <= iteration and self.run_iteration():
            pass
        self.index = travel.place(self.trace, iteration=iteration, event=event)
        return self.event

    def edit(self, edit: Edit) -> Edit:
        """Put a rule on, from the iteration under the cursor unless it names others, and replay.

        The cursor goes back to where it was, or to the end if that is no more. Returns the rule
        with its hook and its first iteration filled in; `unedit` takes it off again. Raises
        `UsageError` for a rule that does not fit, and everything is as before.
        """
        rule = completed(edit, self.loop, iteration=self.event.iteration if self.event else 0)
        self._replay((*self.edits, rule), first=rule.first or 0)
        return rule

    def unedit(self, edit: Edit) -> None:
        """Take off a rule that is in ``edits``, and replay without it."""
        rest = list(self.edits)
        rest.remove(edit)
        self._replay(tuple(rest), first=edit.first or 0)

    def compare(self) -> Comparison:
        """This run beside the untouched one: the same iterations without any edit."""
        if not self.edits:
            return Comparison(None, ())
        edited, present = self.trace, self._present()
        self._replay((), first=min(edit.first or 0 for edit in self.edits))
        untouched = self.trace
        self._put_back(present)
        return compare(untouched, edited)

    def check_replay(self) -> int | None:
        """Replay everything that is held, and give the index of the first event that came out
        otherwise; None if all is the same, bit for bit.
        """
        before = self.trace
        self._replay(self.edits, first=0)
        return first_difference(before, self.trace)

    def _replay(self, edits: tuple[Edit, ...], *, first: int) -> None:
        """Run the iterations from ``first`` on again, with these edits."""
        present = self._present()
        moment = self._moment()
        self.edits = edits
        try:
            if first < self.iterations:
                self._return_to(first)
                for begins in present.begun[first:]:
                    self._again(begins.checkpoint)
        except Exception:
            self._put_back(present)
            raise
        self.index = self._index_of(moment)

    def _present(self) -> _Present:
        return _Present(
            self.edits, self.trace, list(self._begun), self.index, self.error, self._checkpoint()
        )

    def _put_back(self, present: _Present) -> None:
        self.edits, self.trace, self._begun, self.index, self.error, checkpoint = present
        self._restore(checkpoint)

    def _return_to(self, iteration: int) -> None:
        """Make everything as it was before an iteration, on a new branch of the trace."""
        begins = self._begun[iteration]
        self._restore(begins.checkpoint)
        self.trace = self.trace.branch(begins.event, first_node=begins.node)
        del self._begun[iteration:]

    def _restore(self, checkpoint: Checkpoint) -> None:
        checkpoint.restore(
            model=self.loop.model, optimizer=self.loop.optimizer, random=self._random
        )

    def _again(self, before: Checkpoint) -> None:
        """Run the next iteration on the batch and with the random numbers of an earlier run."""
        checkpoint = self._checkpoint()
        if before.batch is not None:
            checkpoint.feed(before.batch, before.random)
            self._random.state = before.random
        self._begin(checkpoint)
        self._record(checkpoint)

    def _moment(self) -> tuple[int, int]:
        """The cursor as iteration and place in it."""
        event = self.event
        if event is None:
            return 0, -1
        return event.iteration, self.index - self._begun[event.iteration].event

    def _index_of(self, moment: tuple[int, int]) -> int:
        iteration, place = moment
        if iteration >= self.iterations:
            return len(self.trace.events) - 1
        ends = [begins.event for begins in self._begun[1:]] + [len(self.trace.events)]
        return min(self._begun[iteration].event + place, ends[iteration] - 1)

    def _go(self, target: Callable[[], int]) -> AnyEvent | None:
        if self.index == len(self.trace.events) - 1:
            self.run_iteration()
        self.index = min(target(), len(self.trace.events) - 1)
        return self.event

    def _checkpoint(self) -> Checkpoint:
        checkpoint = Checkpoint(
            self.trace.store,
            model=self.loop.model,
            optimizer=self.loop.optimizer,
            random=self._random,
        )
        if not self._begun:
            self.trace.store.pin(checkpoint.refs())
        return checkpoint

    def _begin(self, checkpoint: Checkpoint) -> None:
        trace = self.trace
        begins = _Iteration(len(trace.events), trace.node_numbers.next, checkpoint)
        self._begun.append(begins)

    def _record(self, checkpoint: Checkpoint) -> bool:
        """Run the iteration that has begun; False if torch raised."""
        self.error = None
        try:
            self._run(checkpoint)
        except GradvizError:
            self._begun.pop()
            raise
        except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
            self.error = error
        return self.error is None

    def _run(self, checkpoint: Checkpoint) -> None:
        edits = [edit for edit in self.edits if edit.holds(self.iterations - 1)]
        loop = self.loop
        with (
            self._random.running(),
            recording(
                self.trace,
                model=loop.model,
                optimizer=loop.optimizer,
                iteration=self.iterations - 1,
            ) as recorder,
        ):
            if checkpoint.batch is None:
                with recorder.unseen(), recorder.inside("data"):
                    checkpoint.feed(loop.fetch(), random_state())
            assert checkpoint.batch is not None
            with recorder.unseen():
                batch = apply_values(edits, recorder, loop, checkpoint.batch)
            with hooked(edits, recorder, loop):
                loop.iterate(recorder, batch)
