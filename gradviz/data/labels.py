"""What samplers must know of each sample: its label, or how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from gradviz.data.pipeline.alone import part_at
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.transformed import Transformed
from gradviz.errors import DataError
from gradviz.i18n import N_

NAMES = ("targets", "labels")
"""Where a dataset has the labels of all samples, as torchvision's do."""


def labels_of(samples: Any, target: Any = -1) -> list[int]:
    """The class of each sample, without a look at its input where the dataset has a list of them.
    ``target`` is the place of the target in a sample, or its key. Raises `DataError`.
    """
    with random_kept():
        labels = [_plain(label) for label in _targets(samples, target)]
    for place, label in enumerate(labels):
        if isinstance(label, bool) or not isinstance(label, int) or label < 0:
            raise DataError(
                N_("the target of sample {index} is {got}, which is no class"),
                where="$.data.sampler",
                mend=N_("let the targets be the numbers of classes; ToNumber makes them of words"),
                index=place,
                got=" ".join(repr(label).split())[:60],
            )
    return labels


def lengths_of(samples: Any, key: Any = 0) -> list[int]:
    """How long the input of each sample is. Raises `DataError` for one that has no length."""
    with random_kept():
        inputs = [part_at(samples, place, key) for place in range(len(samples))]
    for place, value in enumerate(inputs):
        if not hasattr(value, "__len__") or (isinstance(value, Tensor) and not value.ndim):
            raise DataError(
                N_("sample {index} is a {got}, which has no length"),
                where="$.data.sampler",
                mend=N_("take another sampler, or a dataset of sequences"),
                index=place,
                got=type(value).__name__,
            )
    return [len(value) for value in inputs]


def _targets(samples: Any, target: Any) -> Sequence[Any]:
    if type(samples) is Transformed:
        change = samples.target_transform
        targets = _targets(samples.samples, target)
        return targets if change is None else [change(each) for each in targets]
    if type(samples) is Subset:
        known = _held(samples.dataset)
        if known is not None:
            return [known[index] for index in samples.indices]
    known = _held(samples)
    if known is not None:
        return list(known)
    return [part_at(samples, place, target) for place in range(len(samples))]


def _held(dataset: Any) -> Any:
    """The targets of all samples, where the dataset holds them as they come out; or None."""
    if type(dataset) is TensorDataset:
        return dataset.tensors[-1]
    if getattr(dataset, "target_transform", None) or getattr(dataset, "transforms", None):
        return None
    for name in NAMES:
        held = getattr(dataset, name, None)
        if isinstance(held, Tensor | list | tuple) and len(held) == len(dataset):
            return held
    return None


def _plain(label: Any) -> Any:
    """A lone number of a tensor or an array as Python's."""
    try:
        return label.item() if hasattr(label, "item") else label
    except (RuntimeError, ValueError, TypeError):  # several numbers, or none
        return label
