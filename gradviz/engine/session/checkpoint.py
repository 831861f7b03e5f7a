"""Checkpoints: everything that decides what an iteration does, to have it again.

The tensors are references into the trace's value store, which copies them only when they change;
so a checkpoint costs no memory of its own.
"""

from __future__ import annotations

import sys
from weakref import ReferenceType, ref

from torch import Tensor

from gradviz.data.pipeline.steps import BatchSteps
from gradviz.engine.loop.fed import Fed
from gradviz.engine.loop.loop import Batch, Loop
from gradviz.engine.loop.seed import RandomState, RandomStream, random_state
from gradviz.engine.session.contents import Contents
from gradviz.trace.events import ValueRef
from gradviz.trace.pipeline import Index
from gradviz.trace.store import ValueStore


class Checkpoint:
    """The state before an iteration: what model, loss, optimizer and scheduler hold, see
    `gradviz.engine.session.contents`, and the random state.

    What the iteration was fed is part of it, once that is known; the random state is then the one
    after it was fetched, so that the same iteration can run without the loader. ``indices`` are
    those of its samples in the dataset, where these are known.
    """

    def __init__(self, store: ValueStore, loop: Loop, random: RandomStream) -> None:
        self._store = store
        self._contents = Contents(loop.parts, keep=store.keep)
        self.random: RandomState = random.state
        self._fed: Fed | Exception | None = None
        self._steps: ReferenceType[BatchSteps] | None = None
        self.indices: tuple[Index, ...] = ()

    @property
    def is_fed(self) -> bool:
        """Whether the batch is known."""
        return isinstance(self._fed, Fed)

    def batch(self, loop: Loop) -> Batch:
        """The iteration's batch: the loader's next one, the first time. What that raised is raised
        again.
        """
        if isinstance(self._fed, Exception):
            raise self._fed
        if self._fed is not None:
            return Batch(*self._fed.again())
        try:
            batch = loop.fetch()
        except Exception as error:
            self._fed = error
            raise
        else:
            self._fed = Fed((batch.inputs, batch.target), self._store)
            if batch.steps is not None:
                self._steps, self.indices = ref(batch.steps), batch.steps.indices
        finally:
            self.random = random_state()
        return batch

    def repeat(self, earlier: Checkpoint) -> None:
        """Feed the iteration with what an earlier one was fed."""
        self._fed, self.random, self._steps = earlier._fed, earlier.random, earlier._steps
        self.indices = earlier.indices

    @property
    def steps(self) -> BatchSteps | None:
        """How the batch came to be, as long as the `Pipeline` that it is from keeps that."""
        return None if self._steps is None else self._steps()

    @property
    def lost(self) -> bool:
        """Whether the store has dropped a part of it."""
        return not all(self._store.holds(ref) for ref in self.refs())

    def refs(self) -> list[ValueRef]:
        """All values that it needs."""
        return list(self._contents.refs())

    def secure_in(self, store: ValueStore) -> None:
        """Let a store copy what it keeps of the live tensors: they are about to change unseen."""
        for tensor in self._contents.live():
            store.secure(tensor)

    def restore(self, store: ValueStore, random: RandomStream) -> None:
        """Make everything as it was, while ``store`` holds what must not change.

        Raises `TraceError` if a value was dropped, and then nothing has changed.
        """
        self._contents.put_back(get=self._store.get, secure=store.secure)
        random.state = self.random


class Snapshot(Checkpoint):
    """The state of this moment, with a copy of every tensor: nothing that happens can drop it."""

    def __init__(self, loop: Loop, random: RandomStream) -> None:
        super().__init__(Copies(), loop, random)


class Copies(ValueStore):
    """A store that copies at once, and drops nothing."""

    def __init__(self) -> None:
        super().__init__(budget=sys.maxsize)

    def keep(self, tensor: Tensor) -> ValueRef:
        """A reference to a copy."""
        return super().keep(tensor.detach().clone())
