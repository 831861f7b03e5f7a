"""The steps of a batch from the sampler to the loop, each at its stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from gradviz.data.pipeline.contents import content_of
from gradviz.data.pipeline.failures import RULES
from gradviz.data.pipeline.steps import BatchSteps, Values
from gradviz.errors import DataError
from gradviz.trace.events import Source
from gradviz.trace.pipeline import (
    AnyPipelineEvent,
    BatchChosen,
    BatchCollated,
    BatchMoved,
    BatchPinned,
    Content,
    Index,
    IndexDrawn,
    KeyCollated,
    SampleFetched,
    TransformApplied,
)

Stage: TypeAlias = Literal[
    "sampler", "batch_sampler", "__getitem__", "transforms", "collate_fn", "device", "batch"
]
STAGES: tuple[Stage, ...] = (
    "sampler", "batch_sampler", "__getitem__", "transforms", "collate_fn", "device", "batch",
)  # fmt: skip

Kind: TypeAlias = Literal["event", "raw", "given", "failed"]
"""A step is an event; or what the dataset had before the first transform (the event is that
transform), what the loop was given, or what failed.
"""

_FAILING: dict[str, Stage] = {
    "sampler": "sampler", "getitem": "__getitem__", "transform": "transforms",
    "collate": "collate_fn", "own_collate": "collate_fn", "workers": "__getitem__",
}  # fmt: skip


class Step(Struct, frozen=True):
    """A step. ``place`` and ``index`` are those of the one sample that it is about, if it is about
    one; ``content`` is what there is then, ``before`` what there was. ``counted`` says that indices
    are numbers of a stream.
    """

    number: int
    stage: Stage
    kind: Kind
    event: AnyPipelineEvent | None = None
    place: int | None = None
    index: Index = None
    before: Content | None = None
    content: Content | None = None
    error: DataError | None = None
    counted: bool = False

    @property
    def source(self) -> Source | None:
        """The line of the user's code that it ran, where that is known."""
        return getattr(self.event, "source", None)


def steps_of(steps: BatchSteps, failed: DataError | None = None) -> tuple[Step, ...]:
    """All steps of a batch in their order; with ``failed`` the last is what went wrong."""
    found = list(_steps(steps))
    if failed is None:
        batch = steps.delivered if steps.on_device is None else steps.on_device
        found.append(Step(0, "batch", "given", content=content_of(batch)))
    else:
        index = failed.fields.get("index")
        place = failed.fields.get("place")
        known = isinstance(place, int) and 0 <= place < len(steps.indices)
        found.append(
            Step(
                0,
                stage_of(failed),
                "failed",
                place=place if known else None,  # type: ignore[arg-type]
                index=index if known else None,  # type: ignore[arg-type]
                error=failed,
            )
        )
    return tuple(
        Step(number, *(getattr(each, name) for name in Step.__struct_fields__[1:]))
        for number, each in enumerate(found)
    )


def values_of(steps: BatchSteps, step: Step) -> Values:
    """The objects that a step tells of: what came in, and what came out."""
    if step.kind == "given":
        return Values(None, steps.delivered if steps.on_device is None else steps.on_device)
    if step.event is None or isinstance(step.event, IndexDrawn | BatchChosen):
        return Values(None, None)
    values = steps.value(step.event)
    return Values(None, values.given) if step.kind == "raw" else values


def stage_of(failed: DataError) -> Stage:
    """Where a loader failed."""
    rule = next((each for each in RULES if each.name == failed.fields.get("rule")), None)
    return _FAILING[rule.stage] if rule else "batch"


def _steps(steps: BatchSteps) -> Iterator[Step]:
    drawn = 0
    begun: set[tuple[int, str]] = set()
    for event in steps.events:
        match event:
            case IndexDrawn():
                yield Step(0, "sampler", "event", event, drawn, event.index)
                drawn += 1
            case BatchChosen():
                yield Step(0, "batch_sampler", "event", event, counted=steps.counted)
            case TransformApplied():
                where: dict[str, Any] = {"place": event.place, "index": event.index}
                if (event.place, event.branch) not in begun:
                    begun.add((event.place, event.branch))
                    yield Step(0, "__getitem__", "raw", event, **where, content=event.before)
                yield Step(
                    0,
                    "transforms",
                    "event",
                    event,
                    **where,
                    before=event.before,
                    content=event.after if event.after.kind else None,
                )
            case SampleFetched():
                yield Step(
                    0, "__getitem__", "event", event, event.place, event.index,
                    content=event.content, counted=steps.counted,
                )  # fmt: skip
            case KeyCollated():
                yield Step(0, "collate_fn", "event", event, content=event.made)
            case BatchCollated():
                yield Step(0, "collate_fn", "event", event, content=event.content)
            case BatchPinned() | BatchMoved():
                yield Step(0, "device", "event", event, content=event.content)
            case _:
                yield Step(0, "batch", "event", event, content=event.content)
