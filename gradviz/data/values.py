"""What a transform can learn of: the values that reach it, of the samples for training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch.utils.data import IterableDataset

from gradviz.data.labels import part_of
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.tables import Samples, Transform
from gradviz.errors import DataError
from gradviz.i18n import N_


class Values:
    """One part of each sample, after the ``changes`` that come before; looked at when asked for."""

    def __init__(self, samples: Samples, key: Any, changes: Sequence[Transform]) -> None:
        self.samples: Any = samples
        self.key = key
        self.changes = tuple(changes)

    def __iter__(self) -> Iterator[Any]:
        """One after the other. Raises `DataError` for a stream, and a sample without the part."""
        if isinstance(self.samples, IterableDataset):
            raise DataError(
                N_("nobody can look at all samples of a stream beforehand"),
                where="$.data.transforms",
                mend=N_("say the vocabulary or the classes in the settings"),
            )
        for index in range(len(self.samples)):
            with random_kept():
                yield self._value(self.samples[index], index)

    def _value(self, sample: Any, index: int) -> Any:
        try:
            value = part_of(sample, self.key)
        except (LookupError, TypeError) as error:
            keys = ", ".join(map(str, sample)) if isinstance(sample, dict) else ""
            raise DataError(
                N_("sample {index}, a {got}, has no part “{key}”"),
                where="$.data",
                mend=N_("name the keys of the samples as inputs and target; this one has: {keys}"),
                index=index,
                got=type(sample).__name__,
                key=self.key,
                keys=keys or "0 – " + str(len(sample) - 1),
            ) from error
        for change in self.changes:
            value = change(value)
        return value
