"""A run: iterations of a loop recorded on one trace, any of which can be had again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

from gradviz.engine.edits.edits import Editing
from gradviz.engine.edits.newvalues import Edit
from gradviz.engine.loop.loop import Batch, Loop
from gradviz.engine.loop.seed import RandomState, RandomStream
from gradviz.engine.record.record import recording
from gradviz.engine.session.checkpoint import Checkpoint, Snapshot
from gradviz.engine.session.norms import Norms, first_change, norms
from gradviz.errors import GradvizError, TraceError, UsageError
from gradviz.i18n import N_
from gradviz.trace.compare import first_difference
from gradviz.trace.events import AnyEvent, GradEdited, ParamUpdated, ValueRef, refs_of
from gradviz.trace.store import ValueStore
from gradviz.trace.trace import Trace


def _is_own(event: AnyEvent) -> bool:
    """Whether it is the iteration's own, and not of an edit."""
    if isinstance(event, ParamUpdated):
        return bool(event.optimizer) or event.phase != "data"
    return not (isinstance(event, GradEdited) and event.hook)


class Begun:
    """Where an iteration begins: in the trace, in the numbering of nodes, and in what it did; and
    the norms that it left.
    """

    def __init__(self, *, event: int, node: int, checkpoint: Checkpoint) -> None:
        self.event = event
        self.node = node
        self.checkpoint = checkpoint
        self.norms: Norms = {}


class Present(NamedTuple):
    """Everything that a replay puts at risk."""

    edits: tuple[Edit, ...]
    trace: Trace
    begun: list[Begun]
    error: Exception | None
    snapshot: Snapshot


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
        self.random = RandomStream(seed)
        self._undone: Checkpoint | None = None
        self._complete: tuple[object, ...] = ()

    def iterate(self, again: Checkpoint | None = None) -> bool:
        """Run and record the next iteration, or one ``again`` from what it was fed; False if torch
        raised, which is then a `Failed` event and stays in ``error``.

        Whatever raises `GradvizError` makes the iteration count for nothing; its batch is the
        first of the next try.
        """
        checkpoint = Checkpoint(self.trace.store, self.loop, self.random)
        if not self.begun:
            self.trace.store.pin(checkpoint.refs())
        replayed = again is not None
        if not replayed:
            again, self._undone = self._undone, None
        if again is not None:
            checkpoint.repeat(again)
            self.random.state = checkpoint.random
        begins = Begun(
            event=len(self.trace.events),
            node=self.trace.node_numbers.next,
            checkpoint=checkpoint,
        )
        self.begun.append(begins)
        self.error = None
        try:
            with self.trace.store.pinning(checkpoint.refs()):
                self._record(checkpoint)
        except GradvizError:
            if not replayed:
                self._undo(begins)
            raise
        except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
            self.error = error
        begins.norms = norms(self.loop.model)
        return self.error is None

    def replay(self, edits: tuple[Edit, ...], *, first: int) -> None:
        """Run the iterations from ``first`` on again, with these edits.

        Whatever is raised, everything is then as before.
        """
        present = self._present()
        self.edits = edits
        try:
            if first < len(self.begun):
                self._reach(first, present)
                self._branch(first, present)
                for begins in present.begun[first:]:
                    self.iterate(begins.checkpoint)
        except BaseException:
            self._put_back(present)
            raise

    def untouched(self) -> tuple[int, Trace]:
        """The same iterations without any edit, on a trace of their own, and the index of the event
        with which it begins: what was before is the same.
        """
        first = min((edit.first or 0 for edit in self.edits), default=len(self.begun))
        first = min(first, len(self.begun) - 1)
        with self._aside(first, ()) as present:
            for begins in present.begun[first:]:
                self.iterate(begins.checkpoint)
            return present.begun[first].event, self.trace

    @contextmanager
    def before(self, iteration: int) -> Iterator[tuple[Batch, RandomState]]:
        """The block finds all as it was before an iteration, and gets the iteration's batch and the
        random state behind it; then everything is as it is now.

        Raises `UsageError` for an iteration that has no batch.
        """
        if iteration >= len(self.begun) or not self.begun[iteration].checkpoint.is_fed:
            raise UsageError(
                N_("iteration {iteration} has no batch"),
                mend=N_("run an iteration first"),
                iteration=iteration,
            )
        with self._aside(iteration, self.edits) as present:
            checkpoint = present.begun[iteration].checkpoint
            yield checkpoint.batch(self.loop), checkpoint.random

    def check(self) -> int | None:
        """Replay everything aside; the index of the first event that comes out otherwise."""
        if not self.begun:
            return None
        with self._aside(0, self.edits) as present:
            for number, begins in enumerate(present.begun):
                self.iterate(begins.checkpoint)
                differs = self._difference(present, number)
                if differs is not None:
                    return differs
        return None

    def bring_back(self, index: int) -> None:
        """Have the values again that the store dropped from the iteration of an event, unless that
        was tried before. Raises `TraceError` that says why they cannot be had.
        """
        trace, store = self.trace, self.trace.store
        iteration = trace.events[index].iteration if index >= 0 else 0
        tried = (trace, iteration, store.dropped)
        if not store.dropped or not self.begun or tried == self._complete:
            return
        self._complete = tried
        if all(store.holds(ref) for ref in self._needed(iteration)):
            return
        if iteration == len(self.begun) - 1 and not self._fits(iteration):
            return  # it was here a moment ago, and is not going to fit now
        self.recall(iteration)

    def recall(self, iteration: int) -> None:
        """Have the values again that the store dropped from an iteration, by replaying it.

        Raises `TraceError` if the replay does not come out as it was recorded, or all that comes
        out is more than the store may hold.
        """
        if not self._fits(iteration):
            raise TraceError(
                N_("all values of iteration {iteration} are more than the trace's {budget} MiB"),
                mend=N_("raise its memory budget: session.trace.store.budget"),
                iteration=iteration,
                budget=self.trace.store.budget // 2**20,
            )
        with self._aside(iteration, self.edits) as present:
            self.iterate(present.begun[iteration].checkpoint)
            self._check(present, iteration)
            again = self.trace
        self.trace.store.renew(self._needed(iteration))
        for ref, found in self._pairs(iteration, again):
            if again.store.holds(found):
                self.trace.store.refill(ref, again.peek(found))
        self._complete = (self.trace, iteration, self.trace.store.dropped)

    def place_of(self, index: int) -> tuple[int, int]:
        """An index as iteration and place in it, not counting what edits did; it names the same
        moment after a replay with others.
        """
        if index < 0:
            return 0, -1
        iteration = self.trace.events[index].iteration
        first = self.begun[iteration].event
        return iteration, sum(map(_is_own, self.trace.events[first : index + 1])) - 1

    def index_of(self, place: tuple[int, int]) -> int:
        """The index of a place, or the nearest one before it that there is."""
        iteration, offset = place
        if iteration >= len(self.begun):
            return len(self.trace.events) - 1
        first = self.begun[iteration].event
        if offset < 0 and not iteration:
            return -1
        own = (first + at for at, event in enumerate(self._events(iteration)) if _is_own(event))
        return next(islice(own, max(0, offset), None), self._end(iteration) - 1)

    @contextmanager
    def _aside(self, first: int, edits: tuple[Edit, ...]) -> Iterator[Present]:
        """The block replays from an iteration on, on a trace and a store of its own; then
        everything is as before.
        """
        present = self._present()
        self.edits = edits
        try:
            self._reach(first, present)
            self._branch(first, present, store=ValueStore(present.trace.store.budget))
            yield present
        finally:
            present.snapshot.secure_in(self.trace.store)
            self._put_back(present)

    def _reach(self, iteration: int, present: Present) -> None:
        """Make everything as it was before an iteration, by way of earlier ones if the store has
        dropped its checkpoint.
        """
        start = max(i for i in range(iteration + 1) if not i or not self.begun[i].checkpoint.lost)
        self._branch(start, present, store=ValueStore(present.trace.store.budget))
        present.begun[start].checkpoint.restore(present.trace.store, self.random)
        for number in range(start, iteration):
            self.iterate(present.begun[number].checkpoint)
            self._check(present, number)

    def _branch(self, iteration: int, present: Present, *, store: ValueStore | None = None) -> None:
        """Go on from an iteration on a branch of what was recorded."""
        begins = present.begun[iteration]
        self.trace = present.trace.branch(begins.event, first_node=begins.node, store=store)
        self.begun = present.begun[:iteration]

    def _present(self) -> Present:
        snapshot = Snapshot(self.loop, self.random)
        snapshot.secure_in(self.trace.store)
        return Present(self.edits, self.trace, list(self.begun), self.error, snapshot)

    def _put_back(self, present: Present) -> None:
        self.edits, self.trace, self.begun, self.error, snapshot = present
        snapshot.restore(self.trace.store, self.random)

    def _undo(self, begins: Begun) -> None:
        """Forget the iteration that has just begun, whatever it did."""
        self.begun.pop()
        if begins.checkpoint.is_fed:
            self._undone = begins.checkpoint
            begins.checkpoint.restore(self.trace.store, self.random)
        self.trace = self.trace.branch(begins.event, first_node=begins.node)

    def _end(self, iteration: int) -> int:
        following = iteration + 1
        last = following >= len(self.begun)
        return len(self.trace.events) if last else self.begun[following].event

    def _events(self, iteration: int) -> Sequence[AnyEvent]:
        return self.trace.events[self.begun[iteration].event : self._end(iteration)]

    def _needed(self, iteration: int) -> Iterator[ValueRef]:
        """All values of an iteration's events, and of the state that it begins with."""
        before = self.trace.written(self.begun[iteration].event - 1)
        yield from refs_of(list(before.values()))
        yield from refs_of(self._events(iteration))

    def _fits(self, iteration: int) -> bool:
        sizes = {ref.id: ref.bytes for ref in self._needed(iteration)}
        return sum(sizes.values()) <= self.trace.store.budget

    def _pairs(self, iteration: int, again: Trace) -> Iterator[tuple[ValueRef, ValueRef]]:
        """Each value of an iteration, and the same one of a replay that ends with it."""
        begins = self.begun[iteration].event
        old, new = self.trace.written(begins - 1), again.written(begins - 1)
        for key in old.keys() & new.keys():
            yield from zip(refs_of(old[key]), refs_of(new[key]), strict=True)
        replayed = again.events[begins:]
        yield from zip(refs_of(self._events(iteration)), refs_of(replayed), strict=True)

    def _check(self, present: Present, number: int) -> None:
        """Raise `TraceError` if the iteration that was just replayed came out otherwise."""
        differs = self._difference(present, number)
        if differs is not None:
            event = present.trace.events[min(differs, len(present.trace.events) - 1)]
            raise TraceError(
                N_(
                    "the replay does not come out as it was recorded, from event {index} on "
                    "({kind} in {phase} of iteration {iteration})"
                ),
                mend=N_("look for what the seed does not rule: time, threads, generators"),
                index=differs,
                kind=type(event).__name__,
                phase=event.phase,
                iteration=number,
            )

    def _difference(self, present: Present, number: int) -> int | None:
        """The first event of an iteration that came out otherwise than it was recorded."""
        begins = present.begun[number]
        following = number + 1
        last = following == len(present.begun)
        end = len(present.trace.events) if last else present.begun[following].event
        differs = first_difference(present.trace, self.trace, start=begins.event, end=end)
        if differs is None:
            recorded = present.trace.events[begins.event : end]
            differs = first_change(begins.norms, self.begun[number].norms, recorded)
        return differs

    def _record(self, checkpoint: Checkpoint) -> None:
        loop, number = self.loop, len(self.begun) - 1
        with (
            self.random.running(),
            recording(
                self.trace, model=loop.model, optimizer=loop.optimizer, iteration=number
            ) as recorder,
        ):
            with recorder.unseen(), recorder.inside("data"):
                batch = checkpoint.batch(loop)
            with self.editing.on(self.edits, recorder, loop, batch) as batch:
                loop.iterate(recorder, batch)
