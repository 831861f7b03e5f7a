"""A run: iterations of a loop recorded on one trace, any of which can be had again."""

from __future__ import annotations

from typing import NamedTuple

from gradviz.engine.checkpoint import Checkpoint
from gradviz.engine.edits import Editing
from gradviz.engine.loop import Loop
from gradviz.engine.newvalues import Edit
from gradviz.engine.record import recording
from gradviz.engine.seed import RandomStream, random_state
from gradviz.errors import GradvizError, TraceError
from gradviz.i18n import N_
from gradviz.trace.compare import first_difference, refs_of
from gradviz.trace.trace import Trace


class Begun(NamedTuple):
    """Where an iteration begins: in the trace, in the numbering of nodes, and in what it did."""

    event: int
    node: int
    checkpoint: Checkpoint


class Present(NamedTuple):
    """Everything that a replay puts at risk."""

    edits: tuple[Edit, ...]
    trace: Trace
    begun: list[Begun]
    error: Exception | None
    waiting: Checkpoint | None
    checkpoint: Checkpoint


class Run:
    """Runs iterations under the recorder, with the edits in force, each from a checkpoint.

    A replay goes on from a checkpoint on a branch of the trace: the same batches, the same random
    numbers. Nothing that was recorded is changed by it.
    """

    def __init__(self, loop: Loop, *, seed: int) -> None:
        self.loop = loop
        self.trace = Trace()
        self.edits: tuple[Edit, ...] = ()
        self.error: Exception | None = None
        self.begun: list[Begun] = []
        self.editing = Editing()
        self._waiting: Checkpoint | None = None
        self._random = RandomStream(seed)

    def iterate(self, again: Checkpoint | None = None) -> bool:
        """Run and record the next iteration, or one ``again`` from what it was fed; False if torch
        raised, which is then a `Failed` event and stays in ``error``.

        A batch that is of no use raises `GradvizError`, and so does an edit that does not fit; the
        iteration then counts for nothing, and the next one gets its batch.
        """
        checkpoint = self._checkpoint()
        if again is None:
            again, self._waiting = self._waiting, None
        if again is not None and again.batch is not None:
            checkpoint.feed(again.batch, again.random)
            self._random.state = again.random
        begins = Begun(len(self.trace.events), self.trace.node_numbers.next, checkpoint)
        self.begun.append(begins)
        self.error = None
        try:
            self._record(checkpoint)
        except GradvizError:
            self._undo(begins)
            raise
        except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
            self.error = error
        return self.error is None

    def replay(self, edits: tuple[Edit, ...], *, first: int) -> None:
        """Run the iterations from ``first`` on again, with these edits.

        Whatever is raised, everything is then as before.
        """
        present = self.present()
        self.edits = edits
        try:
            if first < len(self.begun):
                self._return_to(first)
                for begins in present.begun[first:]:
                    self.iterate(begins.checkpoint)
        except Exception:
            self.put_back(present)
            raise

    def recall(self, iteration: int) -> None:
        """Have the values again that the store dropped from an iteration, by replaying it.

        Raises `TraceError` if the replay does not come out as it was recorded.
        """
        present = self.present()
        start = max(i for i in range(iteration + 1) if not self.begun[i].checkpoint.lost)
        try:
            self._return_to(start)
            for begins in present.begun[start : iteration + 1]:
                self.iterate(begins.checkpoint)
            again = self.trace
        finally:
            self.put_back(present)
        begins = present.begun[iteration]
        self._compare_recalled(again, start=begins.event)
        for old, new in zip(
            self.trace.events[begins.event : len(again.events)],
            again.events[begins.event :],
            strict=True,
        ):
            for ref, found in zip(refs_of(old), refs_of(new), strict=True):
                if again.store.holds(found):
                    self.trace.store.refill(ref, again.value(found))

    def place_of(self, index: int) -> tuple[int, int]:
        """An index as iteration and place in it; it names the same moment after a replay."""
        if index < 0:
            return 0, -1
        iteration = self.trace.events[index].iteration
        return iteration, index - self.begun[iteration].event

    def index_of(self, place: tuple[int, int]) -> int:
        """The index of a place, or the nearest one before it that there is."""
        iteration, offset = place
        if iteration >= len(self.begun):
            return len(self.trace.events) - 1
        ends = [*(begins.event for begins in self.begun[1:]), len(self.trace.events)]
        return min(self.begun[iteration].event + offset, ends[iteration] - 1)

    def present(self) -> Present:
        """What there is now, to put it back."""
        now = self.edits, self.trace, list(self.begun), self.error, self._waiting
        return Present(*now, self._checkpoint())

    def put_back(self, present: Present) -> None:
        """Make everything as it was."""
        self.edits, self.trace, self.begun, self.error, self._waiting, checkpoint = present
        self._restore(checkpoint)

    def _compare_recalled(self, again: Trace, *, start: int) -> None:
        length = len(again.events)
        differs = first_difference(self.trace.branch(length, first_node=0), again, start=start)
        if differs is not None:
            raise TraceError(
                N_("the replay of event {index} does not come out as it was recorded"),
                mend=N_("look for randomness that the seed does not rule, such as a thread's"),
                index=differs,
            )

    def _undo(self, begins: Begun) -> None:
        """Make as if the last iteration had not begun."""
        if begins.checkpoint.batch is None or begins.checkpoint.lost:
            self.begun.pop()
            return
        self._waiting = begins.checkpoint
        self._return_to(len(self.begun) - 1)

    def _return_to(self, iteration: int) -> None:
        begins = self.begun[iteration]
        self._restore(begins.checkpoint)
        self.trace = self.trace.branch(begins.event, first_node=begins.node)
        del self.begun[iteration:]

    def _restore(self, checkpoint: Checkpoint) -> None:
        loop = self.loop
        checkpoint.restore(model=loop.model, optimizer=loop.optimizer, random=self._random)

    def _checkpoint(self) -> Checkpoint:
        loop, store = self.loop, self.trace.store
        checkpoint = Checkpoint(
            store, model=loop.model, optimizer=loop.optimizer, random=self._random
        )
        if not self.begun:
            store.pin(checkpoint.refs())
        return checkpoint

    def _record(self, checkpoint: Checkpoint) -> None:
        loop, number = self.loop, len(self.begun) - 1
        with (
            self._random.running(),
            recording(
                self.trace, model=loop.model, optimizer=loop.optimizer, iteration=number
            ) as recorder,
        ):
            if checkpoint.batch is None:
                with recorder.unseen(), recorder.inside("data"):
                    checkpoint.feed(loop.fetch(), random_state())
            assert checkpoint.batch is not None
            with self.editing.on(self.edits, recorder, loop, checkpoint.batch) as batch:
                loop.iterate(recorder, batch)
