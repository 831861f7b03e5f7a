"""A whole batch: a preview for each of its parts, with the classes below the samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from torch import Tensor

from gradviz.data.pipeline.overview import labels_of
from gradviz.data.previews.choose import preview_of, sample_preview
from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.kinds import Tree
from gradviz.data.previews.samples import captions_of, samples_of
from gradviz.data.previews.told import PartTold
from gradviz.data.previews.trees import parts_of

MOST = 12
"""Parts of a batch that have a preview."""


def previews_of(
    batch: Any,
    context: Context = NOTHING_TOLD,
    *,
    indices: Sequence[object] = (),
    label: str = "",
    single: bool = False,
) -> tuple[PartTold, ...]:
    """The parts of a batch but for its classes, which stand below the samples; alone where nothing
    else is there. ``label`` is the key of the classes, if it is known, and ``single`` says that it
    is one sample, not many.
    """
    labels = labels_of(batch, key_in(batch, label))
    count = len(indices) or _length(labels)
    leaves = list(_leaves(batch, "", count))
    if single:
        return tuple(
            PartTold(path, sample_preview(leaf, _told_of(leaf is labels, context)))
            for path, leaf in leaves[:MOST]
        )
    captions = captions_of(labels, context.classes)
    others = [leaf for leaf in leaves if not captions or leaf[1] is not labels] or leaves
    return _parts(others, labels, captions, context, indices)


def previews_of_parts(
    inputs: Mapping[str, Any], target: Any, context: Context = NOTHING_TOLD
) -> tuple[PartTold, ...]:
    """The inputs of a batch by their names, with its target below the samples or after them."""
    captions = captions_of(target, context.classes)
    leaves = list(inputs.items())
    if (target is not None and not captions) or not leaves:
        leaves.append(("target", target))
    return _parts(leaves, target, captions, context, ())


def _parts(
    leaves: Sequence[tuple[str, Any]],
    labels: Any,
    captions: Sequence[str],
    context: Context,
    indices: Sequence[object],
) -> tuple[PartTold, ...]:
    parts = []
    for path, leaf in leaves[:MOST]:
        known = _length(leaf)
        target = labels if known == len(captions) and leaf is not labels else None
        own = indices if known == len(indices) else ()
        samples = samples_of(known, target, classes=context.classes, indices=own)
        told = _told_of(leaf is labels, context)
        parts.append(PartTold(path, preview_of(leaf, told, samples=samples)))
    return tuple(parts)


def _told_of(is_label: bool, context: Context) -> Context:
    """What is known of the numbers: a target is no sound and no normalised image."""
    if not is_label:
        return replace(context, classes=())
    return replace(context, sample_rate=None, normalised=None, features=())


def key_in(batch: Any, label: str) -> str | None:
    """The key, if the batch has it."""
    return label if label and isinstance(batch, Mapping) and label in batch else None


def _leaves(value: Any, path: str, count: int) -> Iterator[tuple[str, Any]]:
    """The parts that have no parts, or that are one: a list with a text or tensor a sample."""
    parts = parts_of(value)
    if not parts or (isinstance(value, list | tuple) and _is_one(value, count)):
        yield path, value
        return
    for step, part in parts:
        yield from _leaves(part, f"{path}{step}", count)


def _is_one(value: Sequence[Any], count: int) -> bool:
    """Whether a list holds something of each sample, not what was joined of all."""
    if all(isinstance(each, Tensor) for each in value):
        if isinstance(value, tuple) or len(value) != count:
            return False
        return not all(each.ndim and len(each) == count for each in value)
    return not isinstance(preview_of(value), Tree)


def _length(leaf: Any) -> int:
    """How many samples a part is of, 0 for nothing."""
    if leaf is None:
        return 0
    if isinstance(leaf, Tensor) and leaf.is_nested:
        return leaf.size(0)
    shape = getattr(leaf, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else 1
    return len(leaf) if isinstance(leaf, list | tuple) else 1
