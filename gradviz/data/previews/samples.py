"""Which sample of a batch is which: the captions below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from gradviz.data.previews.kinds import Sample
from gradviz.data.previews.numbers import dense, is_readable, number_text

LONGEST = 60


def samples_of(
    count: int,
    target: Any = None,
    *,
    classes: Sequence[str] = (),
    indices: Sequence[object] = (),
) -> tuple[Sample, ...]:
    """So many samples; the names of their classes, or their targets where those are one number or
    text each, are the captions.
    """
    labels = labels_in(target)
    return tuple(
        Sample(
            place,
            caption_of(labels[place], classes) if place < len(labels) else "",
            str(indices[place]) if place < len(indices) else "",
            group_of(labels[place], classes) if place < len(labels) else None,
        )
        for place in range(count)
    )


def captions_of(target: Any, classes: Sequence[str] = ()) -> tuple[str, ...]:
    """A text for each sample's target; none where a target is more than a number or a text."""
    return tuple(caption_of(each, classes) for each in labels_in(target))


def labels_in(target: Any) -> Sequence[Any]:
    """The number or text of each sample; nothing where a target is more than that."""
    if isinstance(target, Tensor):
        if not is_readable(target) or target.ndim == 0 or target.numel() != len(target):
            return ()
        target = dense(target).reshape(-1).tolist()
    if not isinstance(target, list | tuple):
        return ()
    if not all(isinstance(each, bool | int | float | complex | str) for each in target):
        return ()
    return target


def group_of(value: object, classes: Sequence[str] = ()) -> int | None:
    """The number of a class; None for what is no class."""
    if isinstance(value, str):
        return classes.index(value) if value in classes else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value >= 0 else None  # type: ignore[operator,return-value]


def caption_of(value: complex | str, classes: Sequence[str] = ()) -> str:
    """The class of that number, or the value itself."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(classes):
        return classes[value]
    return number_text(value)
