"""What a transform can learn of: the values that reach it, of the samples for training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch.utils.data import IterableDataset

from gradviz.data.counted import said
from gradviz.data.pipeline.alone import part_at
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.pipeline.transforms import name_of
from gradviz.data.tables import Samples, Transform
from gradviz.errors import DataError, GradvizError
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
                yield self._value(index)

    def _value(self, index: int) -> Any:
        value = part_at(self.samples, index, self.key)
        for change in self.changes:
            try:
                value = change(value)
            except GradvizError:
                raise
            except Exception as error:
                raise DataError(
                    N_("{name} cannot change sample {index}: {error}: {reason}"),
                    where="$.data.transforms",
                    mend=N_("take it away, or let what comes before it give what it can change"),
                    name=name_of(change),
                    index=index,
                    error=type(error).__name__,
                    reason=said(error),
                ) from error
        return value
