"""When workers would make the batches of an epoch, if each took the same time."""

from __future__ import annotations

from msgspec import Struct

from gradviz.arguments import whole
from gradviz.data.pipeline.lanes import PREFETCH, tasks


class Slot(Struct, frozen=True):
    """A batch is made from ``begins`` to ``ends`` by a worker, or by the loop itself (None), and
    the loop uses it from ``given`` to ``left``. An iteration of the loop takes 1.
    """

    batch: int
    worker: int | None
    begins: float
    ends: float
    given: float
    left: float


def schedule(
    batches: int, *, workers: int, prefetch_factor: int = PREFETCH, making: int = 2
) -> tuple[Slot, ...]:
    """When each batch is made and used, where making one takes ``making`` iterations.

    With no worker the loop makes each batch itself, before it uses it.
    """
    making = whole(making, where="making", least=1)
    slots: list[Slot] = []
    if not whole(workers, where="num_workers", least=0):
        for batch in range(batches):
            begins = float(batch * (making + 1))
            ends = begins + making
            slots.append(Slot(batch, None, begins, ends, ends, ends + 1))
        return tuple(slots)
    for task in tasks(batches, workers=workers, prefetch_factor=prefetch_factor):
        asked = 0.0 if task.after is None else slots[task.after].given
        free = 0.0 if task.behind is None else slots[task.behind].ends
        begins = max(asked, free)
        ends = begins + making
        given = max(ends, slots[-1].left if slots else 0.0)
        slots.append(Slot(task.batch, task.worker, begins, ends, given, given + 1))
    return tuple(slots)


def waiting(slots: tuple[Slot, ...]) -> float:
    """The part of the time in which the loop waits for a batch."""
    if not slots:
        return 0.0
    return 1 - len(slots) / slots[-1].left
