"""The batch of the cursor's iteration, as previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gradviz.data.previews.kinds import Preview
from gradviz.errors import TraceError
from gradviz.trace.events import AnyEvent, BatchFetched

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session


class Batch(Struct, frozen=True):
    """How many samples there are and how they look, or why they cannot be seen."""

    iteration: int
    count: int = 0
    previews: tuple[Preview, ...] = ()
    why: str = ""


def batch_of(session: Session, event: AnyEvent | None) -> Batch:
    """What the loader delivered for an event's iteration. For the worker: it reads tensors."""
    from gradviz.data.previews.context import context_of
    from gradviz.data.previews.leaves import previews_of_parts

    number = event.iteration if event else 0
    fetched = next(
        (
            known
            for known in session.trace.events
            if isinstance(known, BatchFetched) and known.iteration == number
        ),
        None,
    )
    if fetched is None or not fetched.values:
        return Batch(number)
    context = context_of(getattr(session.loader, "dataset", None))
    try:
        values = {name: session.trace.peek(ref) for name, ref in fetched.values.items()}
    except TraceError as error:
        return Batch(number, why=str(error))
    target = values.pop("target", None)
    parts = previews_of_parts(values, target, context)
    first = next(iter(fetched.values.values()))
    count = first.shape[0] if first.shape else 1
    return Batch(number, count, tuple(part.preview for part in parts))
