"""Which sample of a batch is which: the captions below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from gradviz.data.pipeline.contents import content_of
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
    captions = captions_of(target, classes)
    return tuple(
        Sample(
            place,
            captions[place] if place < len(captions) else "",
            str(indices[place]) if place < len(indices) else "",
        )
        for place in range(count)
    )


def captions_of(target: Any, classes: Sequence[str] = ()) -> tuple[str, ...]:
    """A text for each sample's target; none where a target is more than a number or a text."""
    if isinstance(target, Tensor):
        if not is_readable(target) or target.ndim == 0 or target.numel() != len(target):
            return ()
        target = dense(target).reshape(-1).tolist()
    if not isinstance(target, list | tuple):
        return ()
    if not all(isinstance(each, bool | int | float | complex | str) for each in target):
        return ()
    return tuple(caption_of(each, classes) for each in target)


def caption_of(value: complex | str, classes: Sequence[str] = ()) -> str:
    """The class of that number, or the value itself."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(classes):
        return classes[value]
    return number_text(value)


def short(value: object) -> str:
    """What an object is, in a word or two."""
    content = content_of(value)
    return content.text or content.kind
