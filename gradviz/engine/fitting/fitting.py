"""Training over epochs: the loop of a project's session, at full speed, and validation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace
from torch import nn

from gradviz.arguments import check_type, whole
from gradviz.data.pipeline.watch import watch_loader
from gradviz.engine.catalogues.catalogues import Trust, agreed, catalogues_of
from gradviz.engine.fitting.evaluation import evaluate
from gradviz.engine.fitting.stopping import stoppable
from gradviz.engine.fitting.tally import Tally
from gradviz.engine.loop.loop import Batch, Outcome
from gradviz.engine.loop.seed import seeded
from gradviz.engine.loop.watcher import Unwatched
from gradviz.engine.record.record import recording
from gradviz.engine.session.session import Session
from gradviz.errors import GradvizError
from gradviz.spec.project import Project
from gradviz.trace.epochs import Ending, Epoch, History
from gradviz.trace.trace import Trace


def fit(
    project: Project,
    *,
    epochs: int = 1,
    trust: Trust = False,
    tell: Callable[[Epoch], None] | None = None,
) -> Fitting:
    """Train a project for so many epochs; ``tell`` is called after each. ``history`` has what came
    of it, and ``model`` is the trained one.

    The iterations are those of `Session.from_project`, bit for bit, without the recorder. With a
    ``split`` in the project's data, its validation samples are tried after each epoch. Ctrl-C ends
    it after the batch under way, and a loss that is NaN at once. What torch raises ends it too, and
    stays in ``error``. Raises `GradvizError` for a project that cannot be trained, or a batch that
    cannot be had.
    """
    check_type(project, Project, where="project")
    fitting = Fitting(project, trust=trust)
    fitting.run(epochs, tell=tell)
    return fitting


class Fitting:
    """A project in training: ``history`` is what has come of it, ``error`` what ended it, and
    ``loader`` torch's own with the training samples.
    """

    def __init__(self, project: Project, *, trust: Trust = False) -> None:
        trusted = agreed(project, trust)
        session = Session.from_project(project, trust=trusted, workers=True)
        self.history = History()
        self.error: Exception | None = None
        self.loader = session.loader
        self._seed = project.training.seed
        self._iterations = 0
        self._loop = session.loop
        self._random = session.recorded.random
        self._edits = session.edits
        self._editing = session.recorded.editing
        self._validation = _validation(project, trusted)

    @property
    def model(self) -> nn.Module:
        """The model as it is now."""
        return self._loop.model

    def run(
        self,
        epochs: int = 1,
        *,
        tell: Callable[[Epoch], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> History:
        """Train on for so many epochs, or until it is told to ``stop``; see `fit`.

        Raises `GradvizError` for a batch that cannot be had; ``history`` is what there was by then.
        """
        whole(epochs, where="epochs", least=1)
        self.error = None
        self.history = replace(self.history, ended="")
        with stoppable() as interrupted:
            for _ in range(epochs):
                self._epoch(lambda: interrupted() or stop(), tell)
                if isinstance(self.error, GradvizError):
                    raise self.error
                if self.history.ended:
                    break
        return self.history

    def _epoch(self, stop: Callable[[], bool], tell: Callable[[Epoch], None] | None) -> None:
        begun = time.perf_counter()
        learned, validated = Tally(self._loop), None
        whole = False
        ended: Ending = ""
        try:
            with self._random.running():
                ended = self._learn(learned, stop)
            whole = not ended
            if whole and self._validation is not None:
                validated = evaluate(self._loop, self._validation, seed=self._seed, stop=stop)
                ended = "interrupted" if validated is None else ""
        except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
            self.error, ended = error, "failed"
        self.history = history = replace(
            self.history, losses=(*self.history.losses, *learned.losses), ended=ended
        )
        if not learned.batches:
            return
        epoch = Epoch(
            epoch=len(history.epochs) + 1,
            iterations=self._iterations,
            train_loss=learned.loss,
            train_accuracy=learned.accuracy,
            validation_loss=None if validated is None else validated.loss,
            validation_accuracy=None if validated is None else validated.accuracy,
            seconds=time.perf_counter() - begun,
            whole=whole,
        )
        self.history = replace(history, epochs=(*history.epochs, epoch))
        if validated is not None:
            self.history = replace(
                self.history,
                samples=validated.samples,
                judged=validated.judged,
                guessing=validated.commonest,
            )
        if tell is not None:
            tell(epoch)

    def _learn(self, learned: Tally, stop: Callable[[], bool]) -> Ending:
        """Run the iterations of an epoch; gives why they ended early, if they did."""
        for batch in self._loop.epoch():
            learned.add(batch, self._iterate(batch))
            self._iterations += 1
            if learned.losses and math.isnan(learned.losses[-1]):
                return "nan"
            if stop():
                return "interrupted"
        return ""

    def _iterate(self, batch: Batch) -> Outcome:
        """One iteration. Where an edit begins, holds or ends, it is recorded for that alone, for
        edits are hooks that write down what they change.
        """
        loop, number = self._loop, self._iterations
        if not any(edit.holds(number) or edit.last == number - 1 for edit in self._edits):
            return loop.run(Unwatched(number), batch)
        with (
            recording(
                Trace(), model=loop.model, optimizer=loop.optimizer, iteration=number
            ) as recorder,
            self._editing.on(self._edits, recorder, loop, batch) as edited,
        ):
            return loop.iterate(recorder, edited)


def _validation(project: Project, trusted: Trust) -> Iterable[Any] | None:
    """The batches of the samples that are kept out of training; None where none are."""
    from gradviz.data.loading import build_loader

    data, seed = project.data, project.training.seed
    if data.split is None or not data.split.validation:
        return None
    with seeded(seed):  # the dataset is made as that of training is, so that it is the same
        tables = catalogues_of(project, trusted).data
        loader = build_loader(
            data, seed=seed, tables=tables, part="validation", workers=data.workers
        )
    return watch_loader(loader)
