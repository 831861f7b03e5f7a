"""What several workers do, without starting one: who makes which batch, and from when on."""

from __future__ import annotations

from msgspec import Struct

from gradviz.arguments import whole

PREFETCH = 2
"""How many batches a worker is asked for in advance, if nothing else is said."""


class Task(Struct, frozen=True):
    """A batch that a worker makes. It is asked for when the loop has been given batch ``after``, or
    at once where that is None; it can begin when the worker is done with ``behind``.
    """

    batch: int
    worker: int
    after: int | None
    behind: int | None


def tasks(batches: int, *, workers: int, prefetch_factor: int = PREFETCH) -> tuple[Task, ...]:
    """The batches of an epoch, in their order, as torch's `DataLoader` deals them out in turn.

    At most ``workers × prefetch_factor`` are asked for and not yet given to the loop.
    """
    workers = whole(workers, where="num_workers", least=1)
    ahead = workers * whole(prefetch_factor, where="prefetch_factor", least=1)
    return tuple(
        Task(
            batch,
            batch % workers,
            batch - ahead if batch >= ahead else None,
            batch - workers if batch >= workers else None,
        )
        for batch in range(batches)
    )


def lanes(batches: int, *, workers: int, prefetch_factor: int = PREFETCH) -> list[list[Task]]:
    """The same, a list for each worker."""
    dealt = tasks(batches, workers=workers, prefetch_factor=prefetch_factor)
    return [[task for task in dealt if task.worker == worker] for worker in range(workers)]
