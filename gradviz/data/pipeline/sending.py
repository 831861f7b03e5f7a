"""What a worker does about a batch that cannot be sent to the process that waits for it.

Batches are pickled in a thread of the worker's. Torch does not hear of it if that fails, and waits
for the batch without end.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

from torch._utils import ExceptionWrapper


class Sending:
    """A ``worker_init_fn``: the user's own, and then an error stands in for a lost batch."""

    def __init__(self, begin: Callable[[int], None] | None) -> None:
        self.begin = begin

    def __call__(self, worker: int) -> None:
        queue: Any = sys._getframe(1).f_locals.get("data_queue")  # torch hands it to nobody
        if queue is not None:

            def send(error: Exception, lost: Any) -> None:
                said = pickle.PicklingError(f"{type(error).__name__}: {error}")
                where = f"in DataLoader worker process {worker}"
                told = ExceptionWrapper((type(said), said, None), where)  # type: ignore[no-untyped-call]
                queue._sem.acquire()
                with queue._notempty:  # in front: behind the end of a stream nobody looks for it
                    queue._buffer.appendleft((lost[0], told))

            queue._on_queue_feeder_error = send
        if self.begin is not None:
            self.begin(worker)
