"""The batch of the cursor's iteration, as tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gradviz.data.tile import Tile
from gradviz.errors import TraceError
from gradviz.trace.events import AnyEvent, BatchFetched

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session


class Batch(Struct, frozen=True):
    """A tile a sample, or why there are none."""

    iteration: int
    tiles: tuple[Tile, ...] = ()
    why: str = ""


def batch_of(session: Session, event: AnyEvent | None) -> Batch:
    """What the loader delivered for an event's iteration. For the worker: it reads tensors."""
    from gradviz.data.pipeline.samples import of_dataset
    from gradviz.data.preview import tiles

    number = event.iteration if event else 0
    fetched = next(
        (
            known
            for known in session.trace.events
            if isinstance(known, BatchFetched) and known.iteration == number
        ),
        None,
    )
    if fetched is None:
        return Batch(number)
    inputs = next((ref for name, ref in fetched.values.items() if name.startswith("input")), None)
    target = fetched.values.get("target")
    if inputs is None or len(inputs.shape) < 1:
        return Batch(number)
    classes = of_dataset(session.loader, "classes")
    try:
        seen = session.trace.peek(inputs)
        aims = session.trace.peek(target) if target else None
    except TraceError as error:
        return Batch(number, why=str(error))
    return Batch(number, tuple(tiles(seen, aims, tuple(classes))))
