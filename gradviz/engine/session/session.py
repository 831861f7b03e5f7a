"""A session: a training loop under the recorder, and a cursor that walks over what it recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader

from gradviz.arguments import check_type, whole
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import Pipeline, watch_loader
from gradviz.engine.catalogues.catalogues import Trust, agreed, catalogues_of
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.edits.newvalues import Edit
from gradviz.engine.loop.batch import Keys
from gradviz.engine.loop.loop import Loop
from gradviz.engine.loop.seed import seeded
from gradviz.engine.session.progress import Progress
from gradviz.engine.session.run import Run
from gradviz.engine.session.running import Breakpoints, run
from gradviz.engine.stops.reasons import Stop
from gradviz.errors import TraceError, UsageError
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.codec import check_project
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.project import LOOP, LoopStep, Project
from gradviz.spec.whatcode import parts
from gradviz.trace import travel
from gradviz.trace.compare import Comparison, compare
from gradviz.trace.events import AnyEvent, Failed
from gradviz.trace.trace import State, Trace


class Session:
    """Drives ``batch ▸ zero_grad ▸ forward ▸ loss ▸ backward ▸ step``, an iteration at a time.

    An iteration runs whole, at full speed; the cursor then moves over its events. Stepping past the
    last event runs the next iteration. ``loss_fn`` takes the model's output and the batch's target.
    The loader yields ``(input, target)`` pairs, tuples whose last part is the target, or dicts, of
    which ``inputs`` names the keys of what the model takes, and ``target`` that of the target. Of a
    model that gives several outputs, ``loss_fn`` takes them all, or with ``first`` the first alone.

    ``order`` says what an iteration does, and ``accumulate`` how many iterations share a step; what
    PyTorch makes of an odd order is what is recorded, its error included.

    A ``scheduler`` steps after each step of the optimizer, so it counts iterations, not epochs; one
    that takes a metric (``ReduceLROnPlateau``) is given the loss. An optimizer that takes a closure
    (``LBFGS``) is given one that does what ``order`` has before the step.

    The loop draws the random numbers of a program that began with ``torch.manual_seed(seed)``,
    ``random.seed(seed)`` and ``numpy.random.seed(seed)``; the global generators are left alone.

    Replays put back what model, loss, optimizer and scheduler hold: tensors, numbers, generators
    and plain containers of them, also in attributes. What only other objects remember (an open
    file, a counter of your own class) they cannot put back; a replay that comes out otherwise for
    that is told, with the first event that differs.
    """

    def __init__(
        self,
        model: nn.Module,
        loss_fn: Callable[[Any, Any], Tensor],
        optimizer: optim.Optimizer,
        loader: Iterable[Any],
        *,
        scheduler: LRScheduler | None = None,
        seed: int = 0,
        order: Sequence[LoopStep] = LOOP,
        accumulate: int = 1,
        first: bool = False,
        inputs: Sequence[str] = (),
        target: str = "",
    ) -> None:
        seed = whole(seed, where="seed", least=-(2**63), most=2**64 - 1)
        loop = Loop(
            model,
            loss_fn,
            optimizer,
            loader,
            scheduler=scheduler,
            order=order,
            accumulate=accumulate,
            first=first,
            keys=Keys(tuple(inputs), target),
        )
        self.recorded = Run(loop, seed=seed)
        self.index = -1
        self.breakpoints = Breakpoints()

    @classmethod
    def from_project(
        cls, project: Project, *, trust: Trust = False, workers: bool = False
    ) -> Session:
        """Build everything that the project names, on its device. With ``workers`` as many
        processes fetch its samples as it says; the recorder sees less of the batches then.

        With ``trust`` the Python files that it names are run, as they are now: read them first.
        Raises `BuildError` or `DataError`, and `UsageError` for a file that is not trusted.
        """
        from gradviz.engine.building.build import build
        from gradviz.engine.building.fit import check_fit

        trusted, loader = cls._fed(project, trust, workers=workers)
        check_fit(project, loader, catalogues_of(project, trusted).blocks)
        return cls._training(project, build(project, trust=trusted), loader, trusted)

    @classmethod
    def as_far(cls, project: Project, *, trust: Trust = False) -> Session:
        """The same of a project whose model may not fit: its iterations run up to the block that
        fails, and end with a `Failed` event that says why.

        Raises what `from_project` does where there is nothing to run.
        """
        from gradviz.engine.building.build import build_as_far
        from gradviz.engine.building.fit import check_entries, parts_of

        trusted, loader = cls._fed(project, trust)
        check_entries(project.model, parts_of(loader, project.data))
        return cls._training(project, build_as_far(project, trust=trusted), loader, trusted)

    @classmethod
    def _fed(
        cls, project: Project, trust: Trust, *, workers: bool = False
    ) -> tuple[Trusted, DataLoader[Any]]:
        """The files that may run, and what the batches come from."""
        from gradviz.data.loading import build_loader

        check_project(project)
        seed, trusted = project.training.seed, agreed(project, trust)
        with seeded(seed):
            tables = catalogues_of(project, trusted).data
            count = project.data.workers if workers else 0
            return trusted, build_loader(project.data, seed=seed, tables=tables, workers=count)

    @classmethod
    def _training(
        cls, project: Project, model: nn.Module, loader: DataLoader[Any], trusted: Trusted
    ) -> Session:
        from gradviz.engine.building.build import build_loss, build_optimizer, build_scheduler

        training, catalogues = project.training, catalogues_of(project, trusted)
        model.train(not training.evaluate)
        optimizer = build_optimizer(training, model, catalogues)
        session = cls(
            model,
            build_loss(training, catalogues),
            optimizer,
            watch_loader(loader),
            scheduler=build_scheduler(training, optimizer, catalogues),
            seed=training.seed,
            order=training.order,
            accumulate=training.accumulate,
            first=project.model.ends > 1,
            inputs=project.data.inputs,
            target=project.data.target if project.data.inputs else "",
        )
        session.recorded.editing.trusted = trusted
        session._begin_with(project.edits)
        session.breakpoints.put(project.breakpoints)
        return session

    @property
    def loop(self) -> Loop:
        """Model, loss, optimizer, scheduler and loader."""
        return self.recorded.loop

    @property
    def model(self) -> nn.Module:
        """The live module; views show `state` instead, which is that of the cursor."""
        return self.loop.model

    @property
    def loader(self) -> Iterable[Any]:
        """What the batches come from; torch's own where it is watched."""
        loader = self.loop.loader
        return loader.loader if isinstance(loader, Pipeline) else loader

    def batch_steps(self, iteration: int | None = None) -> BatchSteps | None:
        """How the batch of an iteration, or of the cursor's, came to be: from the sampler to the
        device. None where the loader is not one of `watch_loader`, or keeps it no longer.
        """
        if iteration is None:
            iteration = self.event.iteration if self.event else 0
        begun = self.recorded.begun
        return begun[iteration].checkpoint.steps if 0 <= iteration < len(begun) else None

    @property
    def trace(self) -> Trace:
        """What was recorded; an edit puts another trace in its place."""
        return self.recorded.trace

    @property
    def iterations(self) -> int:
        """How many iterations were run."""
        return len(self.recorded.begun)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The rules in force, oldest first."""
        return self.recorded.edits

    @property
    def error(self) -> Exception | None:
        """What torch raised in the last iteration."""
        return self.recorded.error

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
        return self.recorded.iterate()

    def step(self) -> AnyEvent | None:
        """Go to the next event, running the next iteration if this was the last."""
        return self._go(lambda: self.index + 1)

    def back(self) -> AnyEvent | None:
        """Go to the event before. At the start it stays."""
        return self._arrive(max(-1, self.index - 1))

    def step_over(self) -> AnyEvent | None:
        """Go on until the module call, or the parameter's turn, is over."""
        return self._go(lambda: travel.over(self.trace, self.index))

    def back_over(self) -> AnyEvent | None:
        """Go back to before the module call, or the parameter's turn. At the start it stays."""
        return self._arrive(travel.back_over(self.trace, self.index))

    def step_phase(self) -> AnyEvent | None:
        """Go to the last event of this phase, or of the next one if this was the last."""
        return self._go(lambda: travel.phase_end(self.trace, self.index))

    def step_iteration(self, count: int = 1) -> AnyEvent | None:
        """Go to the last event of this iteration, or of the next one if this was the last; and so
        ``count`` times. A failed iteration ends it. Raises `UsageError` for a count below 1.
        """
        if count < 1:
            raise UsageError(
                N_("{count} iterations cannot be run"), mend=N_("take 1 or more"), count=count
            )
        for _ in range(count - 1):
            self._advance(lambda: travel.iteration_end(self.trace, self.index))
            if isinstance(self.event, Failed):
                return self._arrive(self.index)
        return self._go(lambda: travel.iteration_end(self.trace, self.index))

    def run(
        self,
        until: Breakpoint | str | None = None,
        *,
        iterations: int | None = None,
        progress: Progress | None = None,
    ) -> Stop:
        """Go to the next event that hits a breakpoint, or one of `breakpoints`, and say why.

        ``until`` may be a condition: ``grad_norm > 100``. As many iterations are run as it takes,
        up to ``iterations`` more, or 1,000; without a hit it stops at the end. A failed iteration
        stops too. ``progress`` is told of each iteration, and may end the run after it. Raises
        `UsageError` for what can never be hit, and stays where it is.
        """
        stop = run(self, until, iterations=iterations, progress=progress)
        self._arrive(stop.event.index)
        return stop

    def goto(self, *, iteration: int | None = None, event: int | None = None) -> AnyEvent | None:
        """Go to an event: a number in the whole trace, or in ``iteration`` if that is given.

        Iterations that were not reached yet are run. Raises `TraceError` for an event that is not
        there.

        Like every move of the cursor it has the values of the iteration replayed where the store
        has dropped them. If they cannot be had, it goes there all the same, and raises the
        `TraceError` that says why.
        """
        if iteration is not None:
            whole(iteration, where="iteration", least=0)
        while iteration is not None and self.iterations <= iteration and self.run_iteration():
            pass
        return self._arrive(travel.place(self.trace, iteration=iteration, event=event))

    def edit(self, edit: Edit) -> Edit:
        """Put a rule on, from the iteration under the cursor unless it names others, and replay.

        The cursor goes back to where it was, or to the end if that is no more. Returns the rule
        with its hook and its first iteration filled in; `unedit` takes it off again. Raises
        `UsageError` for a rule that does not fit, and everything is as before.
        """
        check_type(edit, (GradEdit, ValueEdit), where="edit")
        iteration = self.event.iteration if self.event else 0
        rule = self.recorded.editing.completed(edit, self.loop, iteration=iteration)
        self._replay((*self.edits, rule), first=rule.first or 0)
        return rule

    def trust(self, file: str | Path) -> None:
        """Let edits run functions of this Python file, as it is now; nothing runs yet.

        A file that somebody else wrote can do anything that you can do: read it first. When it
        changes, it must be trusted again; edits that are on keep what they were put on with.
        Raises `UsageError` if it cannot be read.
        """
        self.recorded.editing.trusted.add(file)

    def unedit(self, edit: Edit) -> None:
        """Take off a rule that is in ``edits``, and replay without it."""
        if edit not in self.edits:
            raise UsageError(
                N_("there is no such edit"), mend=N_("take one that is in session.edits")
            )
        rest = list(self.edits)
        rest.remove(edit)
        self._replay(tuple(rest), first=edit.first or 0)

    def put_edits(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Have just these rules, in this order, and replay what they make different.

        Those that name no first iteration hold from the start. Returns them completed as `edit`
        does, and raises as it does.
        """
        completed = self.recorded.editing.completed
        rules = tuple(
            edit if edit in self.edits else completed(edit, self.loop, iteration=0)
            for edit in edits
        )
        alike = self._alike(rules)
        others = (*rules[alike:], *self.edits[alike:])
        if others:
            self._replay(rules, first=min(edit.first or 0 for edit in others))
        return rules

    def _alike(self, rules: Sequence[Edit]) -> int:
        """How many of the first rules are those in force."""
        pairs = zip(rules, self.edits, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def compare(self) -> Comparison:
        """This run beside the untouched one: the same iterations without any edit."""
        if not self.edits or not self.iterations:
            return Comparison(None, ())
        start, untouched = self.recorded.untouched()
        return compare(untouched, self.trace, start=start)

    def check_replay(self) -> int | None:
        """Replay everything aside, and give the index of the first event that comes out otherwise;
        None if all is the same, bit for bit, as far as the values are still held.
        """
        return self.recorded.check()

    def recall(self, iteration: int) -> None:
        """Have the values again that were dropped from an iteration to stay within the budget.

        Raises `TraceError` for an iteration that was not run, or whose replay differs.
        """
        if not 0 <= whole(iteration, where="iteration") < self.iterations:
            raise TraceError(
                N_("iteration {iteration} was not run"),
                mend=N_("take one from 0 to {last}"),
                iteration=iteration,
                last=self.iterations - 1,
            )
        self.recorded.recall(iteration)

    def _begin_with(self, edits: Sequence[Edit]) -> None:
        """Put the edits of a project on. Raises `UsageError` that says which one does not fit."""
        for number, edit in enumerate(edits):
            if edit.what == "function":
                self.recorded.editing.trusted.content(parts(edit.value)[0])
            try:
                self.edit(edit)
            except UsageError as error:
                error.where = f"$.edits[{number}]: {error.where}"
                raise

    def _replay(self, edits: tuple[Edit, ...], *, first: int) -> None:
        place = self.recorded.place_of(self.index)
        self.recorded.replay(edits, first=first)
        self.index = self.recorded.index_of(place)

    def _go(self, target: Callable[[], int]) -> AnyEvent | None:
        self._advance(target)
        return self._arrive(self.index)

    def _advance(self, target: Callable[[], int]) -> None:
        if self.index == len(self.trace.events) - 1:
            self.run_iteration()
        self.index = min(target(), len(self.trace.events) - 1)

    def _arrive(self, index: int) -> AnyEvent | None:
        """Be at an event, with the values of its iteration."""
        self.index = index
        self.recorded.bring_back(index)
        return self.event
