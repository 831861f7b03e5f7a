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
    captions = () if single else captions_of(labels, context.classes)
    count = len(indices) or len(captions)
    leaves = list(_leaves(batch, ""))
    others = [leaf for leaf in leaves if not captions or leaf[1] is not labels] or leaves
    aims = replace(context, sample_rate=None, normalised=None, features=())
    parts = []
    for path, leaf in others[:MOST]:
        told = aims if leaf is labels else context
        if single:
            parts.append(PartTold(path, sample_preview(leaf, told)))
            continue
        known = _length(leaf) or count
        target = labels if known == len(captions) and leaf is not labels else None
        own = indices if known == len(indices) else ()
        samples = samples_of(known, target, classes=context.classes, indices=own)
        parts.append(PartTold(path, preview_of(leaf, told, samples=samples)))
    return tuple(parts)


def key_in(batch: Any, label: str) -> str | None:
    """The key, if the batch has it."""
    return label if label and isinstance(batch, Mapping) and label in batch else None


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The parts that have no parts, or that are seen as one: a list of texts, of tensors."""
    parts = parts_of(value)
    if not parts or (isinstance(value, list | tuple) and _is_one(value)):
        yield path, value
        return
    for step, part in parts:
        yield from _leaves(part, f"{path}{step}")


def _is_one(value: Sequence[Any]) -> bool:
    """Whether a list holds a text or a number of each sample, or what was not joined."""
    if isinstance(value, tuple) and any(isinstance(each, Tensor) for each in value):
        return False
    if all(isinstance(each, Tensor) for each in value) and len({e.ndim for e in value}) > 1:
        return False
    return not isinstance(preview_of(value), Tree)


def _length(leaf: Any) -> int:
    """How many samples a part is of."""
    if isinstance(leaf, str):
        return 1
    shape = getattr(leaf, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else 1
    return len(leaf) if isinstance(leaf, list | tuple) else 1
