"""What became of the samples of an iteration, as far as its cursor has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from torch import Tensor

from gradviz.data.pipeline.outcomes import Outcome, outcomes_of
from gradviz.trace.events import AnyEvent, BatchFetched, LossComputed, OpRan, ValueRef
from gradviz.trace.pipeline import Index

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session


def outcomes_so_far(
    session: Session, indices: Sequence[Index], events: Sequence[AnyEvent]
) -> tuple[Outcome, ...]:
    """The outcome of each sample, by the values that the iteration recorded; empty before its loss
    is computed. ``events`` are those of the iteration up to the cursor.

    Raises `TraceError` for values that were dropped.
    """
    if not any(isinstance(event, LossComputed) for event in events):
        return ()
    fetched = next((event for event in events if isinstance(event, BatchFetched)), None)
    target = fetched.values.get("target") if fetched else None
    output = _output(events, len(indices), set(fetched.values.values()) if fetched else set())
    if target is None or output is None:
        return ()
    seen, aim = session.trace.peek(output), session.trace.peek(target)
    try:
        found = outcomes_of(indices, session.loop.loss_fn, seen, aim)
    except Exception:  # noqa: BLE001 - a loss of the user's may raise anything for these alone
        return ()
    return found if _names_classes(aim) else tuple(replace(e, prediction=None) for e in found)


def _output(events: Sequence[AnyEvent], count: int, batch: set[ValueRef]) -> ValueRef | None:
    """What the model gave: the first that the loss took of it, a part for each sample."""
    made = {
        ref for e in events if isinstance(e, OpRan) and e.phase == "forward" for ref in e.outputs
    }
    for event in events:
        if isinstance(event, OpRan) and event.phase == "loss":
            for ref in event.inputs:
                if ref in made - batch and ref.shape and ref.shape[0] == count:
                    return ref
    return None


def _names_classes(target: Tensor) -> bool:
    """Whether each sample has the number of a class."""
    whole = not target.is_floating_point() and not target.is_complex()
    return target.ndim == 1 and whole
