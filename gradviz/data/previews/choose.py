"""What a value looks like, chosen by what it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor

from gradviz.data.pipeline.contents import is_image
from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.curves import audio, is_curves, signals
from gradviz.data.previews.images import image_grid, is_pictures, is_pixels
from gradviz.data.previews.kinds import ALONE, Preview, Sample, Slices, TextTable, Tree
from gradviz.data.previews.numbers import dense, is_readable
from gradviz.data.previews.points import points
from gradviz.data.previews.samples import samples_of
from gradviz.data.previews.slices import slices
from gradviz.data.previews.tables import COLUMNS, scalars, table
from gradviz.data.previews.texts import text_table, token_table
from gradviz.data.previews.trees import tree_of

NUMBERS = (bool, int, float, complex)


def preview_of(
    value: Any,
    context: Context = NOTHING_TOLD,
    *,
    samples: Sequence[Sample] | None = None,
) -> Preview:
    """The preview of a batch: what collate made of the same part of many samples.

    ``samples`` say which ones they are; see `samples_of`. What has no samples, such as a lone
    number or a matrix without a batch, is shown by `sample_preview`.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = _as_tensor(value)
    if isinstance(value, Tensor):
        return _of_tensor(value, context, samples)
    if isinstance(value, list | tuple) and value:
        known = samples_of(len(value)) if samples is None else samples
        if all(isinstance(each, str) for each in value):
            return text_table(value, known)
        if all(isinstance(each, NUMBERS) for each in value):
            return scalars(value, known, context.classes)
        if all(is_image(each) or is_pixels(each) for each in value):
            return image_grid(value, known, context)
        if type(value) is list and len(value) > 1 and all(isinstance(e, Tensor) for e in value):
            ragged = _of_ragged(value, context, known)
            if ragged is not None:
                return ragged
    if is_image(value) or isinstance(value, str | int | float | complex):
        return sample_preview(value, context)
    return tree_of(value)


def sample_preview(
    value: Any,
    context: Context = NOTHING_TOLD,
    *,
    sample: Sample = ALONE,
) -> Preview:
    """The preview of one sample, or of a part of one."""
    if isinstance(value, np.ndarray | np.generic):
        if is_pixels(value):
            return image_grid([value], (sample,), context)
        value = _as_tensor(value)
    if isinstance(value, Tensor):
        if is_pixels(value):
            return image_grid([value], (sample,), context)
        if not is_readable(value):
            return tree_of(value)
        plain = dense(value)
        made = _of_tensor(plain[None] if plain.ndim else plain, context, (sample,))
        return slices(plain) if isinstance(made, Slices) else _alone(made, plain)
    if is_image(value):
        return image_grid([value], (sample,), context)
    if isinstance(value, str):
        return text_table([value], (sample,))
    if isinstance(value, NUMBERS):
        return scalars([value], (sample,), context.classes)
    return tree_of(value)


def _of_tensor(tensor: Tensor, context: Context, samples: Sequence[Sample] | None) -> Preview:
    if not is_readable(tensor):
        return tree_of(tensor)
    plain = dense(tensor)
    count = len(plain) if plain.ndim else 1
    known = samples_of(count) if samples is None else samples
    whole = not plain.is_floating_point() and not plain.is_complex() and plain.dtype != torch.bool
    if not plain.numel() or plain.is_complex():
        return slices(plain, known)
    if plain.ndim < 2:
        return scalars(plain.reshape(-1), known, context.classes)
    if is_pictures(plain) and (plain.is_floating_point() or plain.dtype == torch.uint8):
        return image_grid(plain, known, context)
    if is_pixels(plain[0]):
        return image_grid(plain, known, context)
    if context.sample_rate and plain.is_floating_point() and plain.ndim in (2, 3):
        return audio(plain, known, context.sample_rate)
    if plain.ndim == 2:
        return _of_rows(plain, context, known, whole=whole)
    if is_curves(plain) and not whole:
        return signals(plain, known, context.features)
    return slices(plain, known)


def _alone(made: Preview, tensor: Tensor) -> Preview:
    """The preview of a batch of one, with the shape that the sample itself has."""
    numbers = getattr(made, "numbers", None)
    if numbers is None or isinstance(made, Tree | TextTable):
        return made
    return replace(made, numbers=replace(numbers, shape=tuple(tensor.shape)))


def _of_rows(rows: Tensor, context: Context, samples: Sequence[Sample], *, whole: bool) -> Preview:
    """The preview of (N, F)."""
    width = rows.shape[1]
    if context.features and len(context.features) == width and width != 2:
        return table(rows, samples, context.features)
    if whole:
        return token_table(rows, samples, context)
    if rows.dtype == torch.bool:
        return slices(rows, samples)
    if width == 2:
        return points(rows, samples, context.features)
    return table(rows, samples) if width <= COLUMNS else signals(rows, samples)


def _of_ragged(
    parts: Sequence[Tensor], context: Context, samples: Sequence[Sample]
) -> Preview | None:
    """The preview of tensors that were not joined, if they are of one kind."""
    if not all(map(is_readable, parts)):
        return None
    plain = list(map(dense, parts))
    ranks = {each.ndim for each in plain}
    whole = all(not e.is_floating_point() and not e.is_complex() for e in plain)
    if ranks == {1} and whole:
        return token_table(plain, samples, context)
    if ranks == {3} and all(is_pictures(each[None]) for each in plain):
        return image_grid(plain, samples, context)
    same = len({(each.shape, each.dtype) for each in plain}) == 1
    small = sum(math.prod(each.shape) for each in plain) < 1 << 24
    return _of_tensor(torch.stack(plain), context, samples) if same and small else None


def _as_tensor(value: np.ndarray | np.generic) -> Any:
    """The same numbers as a tensor; the value itself where torch has no such dtype."""
    try:
        return torch.as_tensor(np.ascontiguousarray(value).reshape(np.shape(value)))
    except TypeError:
        return value
