"""What was seen of a batch, as it was seen: records are made of it when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gradviz.data.pipeline.collating import Collated
from gradviz.trace.pipeline import Branch


class Told(NamedTuple):
    """A transform: what it is called, what it changes, and itself."""

    name: str
    branch: Branch
    function: Callable[..., Any]


class Applied(NamedTuple):
    """A transform that ran: what it was given, as it was then, and what it gave.

    ``given`` is the ``id`` of what it was given, to know what an earlier one made; ``made`` is
    `RAISED` where it raised.
    """

    place: int
    told: Told
    given: int
    before: Any
    made: Any


class _Raised:
    """Stands for what a transform that raised did not give."""


RAISED = _Raised()


class RawBatch:
    """A batch on its way: the indices that were chosen, the samples, the transforms that ran, how
    collate joined them, and what became of it. ``notes`` are the parts of each `Applied`, for a
    plain tuple is made in a fraction of the time.
    """

    __slots__ = (
        "asked", "batch", "calls", "collate", "delivered", "indices", "inner", "moved",
        "notes", "number", "samples", "versions", "worker",
    )  # fmt: skip

    def __init__(self, number: int, indices: Sequence[Any] | None) -> None:
        self.number = number
        self.indices = indices
        self.worker: int | None = None
        self.asked = 0
        self.samples: list[Any] | None = []
        self.inner: list[Any] = []
        self.notes: list[tuple[int, Told, int, Any, Any]] = []
        self.calls: list[Collated] = []
        self.collate: Callable[..., Any] | None = None
        self.versions: list[Any] | None = None
        self.batch: Any = None
        self.delivered: Any = None
        self.moved: tuple[str, Any] | None = None

    @property
    def applied(self) -> list[Applied]:
        """The transforms that ran, in their order."""
        return [Applied(*note) for note in self.notes]

    @property
    def place(self) -> int:
        """The place of the sample that the dataset is asked for now."""
        return self.asked or len(self.samples or ())
